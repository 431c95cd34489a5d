#include "lone.h"

#include <math.h>

void pe_make_lone(const pe_graph *graph, const pe_code *code, pe_lone *lone) {
    int32_t length = code->length;
    lone->layer_offset[0] = 0;
    for (int32_t i = 0; i <= length; i++) {
        int32_t ends = i == length, begin = PE_JUNCTIONS * i + 1;
        lone->leaving[i] = i;
        lone->end[i] = ends ? 0 : -INFINITY;
        if (!ends) {
            lone->character[i] = graph->character[code->arcs[i]];
            lone->junction[i] = graph->junction[code->arcs[i]];
            lone->separator[i] = graph->separator[code->arcs[i]];
            lone->destination[i] = i + 1;
            lone->gain[i] = 0;
        }
        /* Layer i has the one character that may follow i others, across its junction; the last one has none. */
        for (int32_t kind = 0; kind < PE_JUNCTIONS; kind++) {
            lone->layer_offset[begin + kind] = i + (!ends && kind >= lone->junction[i]);
        }
    }
    lone->leaving[length + 1] = length;
    lone->graph = (pe_graph){.nodes = length + 1,
                             .arcs = length,
                             .leaving = lone->leaving,
                             .character = lone->character,
                             .junction = lone->junction,
                             .separator = lone->separator,
                             .destination = lone->destination,
                             .gain = lone->gain,
                             .end = lone->end,
                             .layers = length + 1,
                             .layer_offset = lone->layer_offset,
                             .layer_character = lone->character,
                             .layer_gain = lone->gain,
                             .layer_end = lone->end,
                             .exact = 1,
                             .grouped = graph->grouped,
                             .density = graph->density};
}
