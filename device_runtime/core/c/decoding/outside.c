#include "outside.h"

#include <string.h>

#include "masses.h"

/* The longest number on the path of the columns' best classes, of equal ones the first: rubbish ends a number, blanks
 * part equal characters. What is longer than any code may be is counted, not kept. */
static int32_t longest_number(const pe_columns *columns, uint8_t characters[PE_LONGEST_CODE]) {
    uint8_t written[PE_LONGEST_CODE] = {0};
    int32_t length = 0, longest = 0;
    for (int32_t t = 0; t < columns->count; t++) {
        int32_t best = columns->best[t];
        if (best == columns->characters + 1) {
            length = 0;
        }
        if (best >= columns->characters || (t > 0 && columns->best[t - 1] == best)) {
            continue;
        }
        if (length < PE_LONGEST_CODE) {
            written[length] = (uint8_t)best;
        }
        length++;
        if (length > longest) {
            longest = length;
            memcpy(characters, written, sizeof written);
        }
    }
    return longest;
}

/* A number has digits alone, and no more of them than the longest code. */
static int is_number(const pe_net *net, const uint8_t *characters, int32_t length) {
    if (length < 1 || length > PE_LONGEST_CODE) {
        return 0;
    }
    for (int32_t i = 0; i < length; i++) {
        if (!net->is_digit[characters[i]]) {
            return 0;
        }
    }
    return 1;
}

pe_status pe_find_outside(pe_arena *arena, const pe_net *net, const pe_columns *columns, const pe_claim *claim,
                          double confidence, double total, pe_outside *outside) {
    outside->length = 0;
    int32_t length = longest_number(columns, outside->characters);
    if (!is_number(net, outside->characters, length)) {
        return PE_OK;
    }
    int allowed;
    double mass;
    pe_status status = pe_allows(arena, claim->graph, outside->characters, length, &allowed);
    if (status != PE_OK || allowed) {
        return status;
    }
    status = pe_mass_of_number(arena, claim->walk, outside->characters, length, &mass);
    if (status != PE_OK) {
        return status;
    }
    double posterior = pe_outside_odds(claim->graph) * (mass / total);
    if (posterior > confidence) {
        outside->length = length;
        outside->is_short = length < pe_shortest(claim->graph);
        outside->confidence = posterior < 1 ? posterior : 1;
    }
    return PE_OK;
}
