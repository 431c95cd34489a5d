/* The mass of all readings of a line, whatever stands in it: what posteriors are shares of.
 *
 * Every number but one costs. A number ends at rubbish; its inner blanks belong to it. */
#ifndef PE_LINE_H
#define PE_LINE_H

/* Masses of all readings of the frames passed so far: before the first number, in it, outside of numbers after it, in
 * another one. */
typedef struct {
    double ahead, first, outside, inside;
    double prior; /* what another number costs, as a factor */
} pe_line_mass;

pe_line_mass pe_begin_line(double prior);

/* Pass a frame: weights of any character, of blank, of rubbish. The masses are then scaled to a sum between 1/2 and 1
 * by 2^-exponent (Rabiner 1989, section V-A), by which the frame's weights have to be scaled too. Returns the exponent.
 */
int pe_pass_line(pe_line_mass *line, double digit, double blank, double rubbish);

double pe_line_total(const pe_line_mass *line);

#endif
