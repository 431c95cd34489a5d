#include "garbage.h"

#include "../common/exact.h"

/* What costs are as factors. */
typedef struct {
    double prior;  /* of a number that a space parts from the code */
    double joined; /* of a number that no space parts from it */
    double entry;  /* of tall rubbish that touches the code */
} pe_factors;

/* Masses of the frames between the end of the line and a code, for a reading that comes from the code and has reached:
 * blanks alone; blanks with a mark among them; with a space among them; rubbish without a space; the outside of numbers
 * past a space; the inside of a number. */
typedef struct {
    double touching, marked, spaced, attached, outside, inside;
} pe_reached;

/* Pass one frame, inwards. */
PE_INLINE pe_reached pass(pe_reached old, double digit, double blank, double rubbish, unsigned seen, int space,
                          const pe_factors *factors) {
    double no_digit = blank + rubbish, past = space ? old.outside : old.attached;
    double between = old.touching, entered = (seen & PE_TALL ? factors->entry : 1) * old.attached;
    if (seen & PE_MARK) {
        between = old.marked;
        entered = old.attached;
    }
    if (space) {
        between = old.spaced;
        entered = old.outside;
    }
    pe_reached now;
    now.touching = blank * between + rubbish * entered;
    now.marked = blank * (space ? old.spaced : old.marked) + rubbish * past;
    now.spaced = blank * old.spaced + rubbish * old.outside;
    now.attached = no_digit * past + factors->joined * digit * old.inside;
    now.outside = no_digit * old.outside + factors->prior * digit * old.inside;
    now.inside = (digit + blank) * old.inside + rubbish * old.outside;
    return now;
}

/* A comma before the code parts it from what stands before it, "21/39,47400"; one behind it groups digits. */
pe_status pe_sum_beside(pe_arena *arena, const pe_frames *frames, const pe_costs *costs, pe_beside *beside) {
    size_t nodes = (size_t)frames->count + 1;
    double *before = pe_take(arena, nodes, sizeof *before), *after = pe_take(arena, nodes, sizeof *after);
    if (!before || !after) {
        return PE_ARENA_FULL;
    }
    pe_factors factors = {pe_exp(-costs->foreign_number), pe_exp(-(costs->foreign_number + costs->continued)),
                          pe_exp(-costs->letters)};
    pe_reached reached = {1, 1, 1, 1, 1, 1};
    before[0] = reached.touching;
    for (int32_t f = 0; f < frames->count; f++) {
        int space = (frames->seen[f] & (PE_SPACE | PE_COMMA)) != 0;
        reached =
            pass(reached, frames->digit[f], frames->blank[f], frames->rubbish[f], frames->seen[f], space, &factors);
        before[f + 1] = reached.touching;
    }
    reached = (pe_reached){1, 1, 1, 1, 1, 1};
    after[frames->count] = reached.touching;
    for (int32_t f = frames->count - 1; f >= 0; f--) {
        int space = (frames->seen[f] & PE_SPACE) != 0;
        reached =
            pass(reached, frames->digit[f], frames->blank[f], frames->rubbish[f], frames->seen[f], space, &factors);
        after[f] = reached.touching;
    }
    *beside = (pe_beside){before, after};
    return PE_OK;
}
