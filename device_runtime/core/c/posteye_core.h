/* The core of posteye: a grey field becomes a strip, and a scanner's int8 scores become codes with posteriors.
 *
 * C99, libm alone. No global state: any number of threads may call at a time, each with an arena of its own. Every
 * function returns a pe_status and checks what it is given; nothing is allocated but from the caller's arena.
 *
 * All arithmetic is integers, or float64 operations that IEEE 754 rounds exactly, in a fixed order: the same input
 * gives the same bits on x86-64, aarch64, armv7 and riscv64, and in the NumPy path that is this core's oracle.
 *
 * A call that returns PE_ARENA_FULL changed nothing but the arena's fields: give it at least `wanted` bytes and call
 * again. It then begins anew, so an arena that doubles costs less time than one that grows by what was wanted.
 *
 * Include this header; it includes those of the stages, in their order.
 */
#ifndef POSTEYE_CORE_H
#define POSTEYE_CORE_H

#include "posteye_base.h"

#include "posteye_image.h"

#include "posteye_decoding.h"

#endif
