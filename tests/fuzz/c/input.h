/* A fuzzer's bytes read as numbers, from the front; behind their end all are 0. */
#ifndef FZ_INPUT_H
#define FZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *bytes;
    size_t left;
} fz_input;

/* What each target is: a function that ends the program where it finds a fault, and returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

uint8_t fz_byte(fz_input *input);

/* A whole number of 1 to 8 bytes, the lowest first. */
uint64_t fz_word(fz_input *input, int bytes);

/* A number from `low` to `high`, of one byte where that is enough, else of two. */
int32_t fz_between(fz_input *input, int32_t low, int32_t high);

/* Any int32: mostly one at an end of some range. */
int32_t fz_any_int(fz_input *input);

/* Any float64: mostly one at an end of some range, infinite, or none. */
double fz_any_double(fz_input *input);

/* The same or another number: often one that is not far from it. */
int32_t fz_other_int(fz_input *input, int32_t number);

/* Once in `often` times. */
int fz_seldom(fz_input *input, int often);

/* Pseudo-random numbers for what need not be steered bit by bit. Marsaglia's xorshift, 2003; the state is not 0. */
uint32_t fz_random(uint32_t *state);

#endif
