/* Logarithm and exponential with the same bits on every machine; device_runtime/exact.py has the same in NumPy. */
#ifndef PE_EXACT_H
#define PE_EXACT_H

/* Natural logarithm by + - * / alone: library logarithms differ in the last bit. x >= 0; -inf for 0. */
double pe_log(double x);

/* Exponential by + - * / alone: 1 for 0, 0 below -745, that of 709 above it. */
double pe_exp(double x);

/* Round to multiples of 2^-30, so that sums below 2^22 are exact and their order does not matter. */
double pe_fixed(double x);

#endif
