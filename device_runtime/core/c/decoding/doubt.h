/* Why a code that is written well is not to be believed. */
#ifndef PE_DOUBT_H
#define PE_DOUBT_H

#include "../recognition/frames.h"
#include "belief.h"

/* Doubt about the most believed code, of this confidence. costs: those that it was believed at. */
pe_status pe_doubt_code(pe_arena *arena, const pe_net *net, const pe_graph *graph, const pe_frames *frames,
                        const pe_costs *costs, const pe_code *code, double confidence, int32_t *doubt);

#endif
