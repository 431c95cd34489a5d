/* One step of the search: all ways to write one character more, of which the best are kept. */
#ifndef PE_EXTENSIONS_H
#define PE_EXTENSIONS_H

#include "search.h"

/* One search of a fixed width. */
typedef struct {
    pe_search *search;
    int32_t written; /* characters of the prefixes in the last level */
    int32_t width;
    double dropped; /* the best bound of a prefix that was dropped */
} pe_run;

/* The longest prefixes; NULL before the first character. */
const pe_prefixes *pe_last_level(const pe_run *run);

/* Write one character more, and keep the best prefixes; level->count is 0 where none fits. `best_bound`: what the best
 * of them can come to. */
pe_status pe_write_level(pe_arena *arena, pe_run *run, pe_prefixes *level, double *best_bound);

#endif
