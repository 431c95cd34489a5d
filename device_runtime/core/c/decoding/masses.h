/* Masses of codes (forward scores): of given ones, and of a whole grammar. Log-priors are left out of the former. */
#ifndef PE_MASSES_H
#define PE_MASSES_H

#include "../recognition/walk.h"
#include "found.h"

/* What may stand where a separator is written. */
typedef enum { PE_ANY_SEPARATOR, PE_BLANKS_ONLY } pe_between;

/* Mass of a code of the graph. */
pe_status pe_mass_of_code(pe_arena *arena, const pe_graph *graph, const pe_walk *walk, const pe_code *code,
                          pe_between between, double *mass);

/* Mass of a number: characters between which nothing but blanks may stand. */
pe_status pe_mass_of_number(pe_arena *arena, const pe_walk *walk, const uint8_t *characters, int32_t length,
                            double *mass);

/* Mass of all codes of a grammar together, log-priors included, of which nothing was relaxed (graph->exact). */
pe_status pe_mass_of_all(pe_arena *arena, const pe_graph *graph, const pe_walk *walk, double *mass);

#endif
