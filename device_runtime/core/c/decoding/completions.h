/* Completions: what may follow a character until the end of the line, in the relaxed grammar. */
#ifndef PE_COMPLETIONS_H
#define PE_COMPLETIONS_H

#include "../recognition/walk.h"
#include "graph.h"

/* Doubles that the completions after one number of characters take: [n + 1][stride], by node and last character. */
size_t pe_completion_cells(const pe_walk *walk);

/* How many layers of the relaxed grammar a walk can reach: completions there are for 1 .. this - 1 characters. */
int32_t pe_layers_within(const pe_graph *graph, const pe_walk *walk);

/* The best completions for 1 .. layers - 1 characters written: completions[l - 1] for l of them. */
pe_status pe_best_completions(pe_arena *arena, const pe_graph *graph, const pe_walk *walk,
                              const double *completions[PE_LONGEST_CODE]);

/* The sum of all completions after the first character. What the arena lent for the others is given back. */
pe_status pe_all_completions(pe_arena *arena, const pe_graph *graph, const pe_walk *walk, const double **completions);

#endif
