/* What stands in the line that is no code of the grammar. */
#ifndef PE_OUTSIDE_H
#define PE_OUTSIDE_H

#include "../recognition/columns.h"
#include "belief.h"

/* A number that is believed more than any code; length 0: there is none. */
typedef struct {
    int32_t length;
    int32_t is_short; /* whether all codes are longer */
    double confidence;
    uint8_t characters[PE_LONGEST_CODE];
} pe_outside;

/* Look for such a number. confidence: of the best code; total: mass that posteriors are shares of. */
pe_status pe_find_outside(pe_arena *arena, const pe_net *net, const pe_columns *columns, const pe_claim *claim,
                          double confidence, double total, pe_outside *outside);

#endif
