/* Sorts by a key, stably: what is equal stays in its order. */
#ifndef PE_RANK_H
#define PE_RANK_H

#include <stdint.h>

typedef struct {
    double key;
    int32_t number; /* of what is sorted */
} pe_ranked;

/* Sort `count` items by ascending key. `spare` has room for as many. */
void pe_rank(pe_ranked *items, pe_ranked *spare, int32_t count);

#endif
