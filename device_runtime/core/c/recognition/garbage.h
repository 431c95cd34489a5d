/* The garbage model: what may stand left and right of a code in a line of writing.
 *
 * Outwards from a code, on either side:
 *
 *     code --blank--> touching --rubbish--> attached --space--> outside <---> inside a foreign number
 *                        |                     |                   ^
 *                        | space               `--digit: a number that continues the code's
 *                        v                                         |
 *                      spaced -----------------rubbish-------------'
 *
 * (A space is a frame of blank or rubbish where one is seen. A mark among the blanks makes `touching` into `marked`,
 * where letters no longer touch the code.) */
#ifndef PE_GARBAGE_H
#define PE_GARBAGE_H

#include "frames.h"

/* Masses of all that may stand beside a code that begins or has ended at a node: [n + 1] each. */
typedef struct {
    const double *before, *after;
} pe_beside;

pe_status pe_sum_beside(pe_arena *arena, const pe_frames *frames, const pe_costs *costs, pe_beside *beside);

#endif
