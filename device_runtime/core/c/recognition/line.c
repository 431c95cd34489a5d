#include "line.h"

#include <math.h>

pe_line_mass pe_begin_line(double prior) {
    return (pe_line_mass){1, 0, 0, 0, prior};
}

int pe_pass_line(pe_line_mass *line, double digit, double blank, double rubbish) {
    double no_digit = blank + rubbish, number = digit + blank;
    pe_line_mass old = *line;
    line->ahead = no_digit * old.ahead;
    line->first = number * old.first + digit * old.ahead;
    line->inside = number * old.inside + old.prior * digit * old.outside;
    line->outside = no_digit * old.outside + rubbish * (old.first + old.inside);
    int exponent;
    frexp(pe_line_total(line), &exponent);
    double factor = ldexp(1, -exponent);
    line->ahead *= factor;
    line->first *= factor;
    line->inside *= factor;
    line->outside *= factor;
    return exponent;
}

double pe_line_total(const pe_line_mass *line) {
    return line->ahead + line->first + line->inside + line->outside;
}
