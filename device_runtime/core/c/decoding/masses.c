#include "masses.h"

#include "../common/exact.h"
#include "completions.h"
#include "steps.h"

/* What is written one after the other, and what may stand in between. */
typedef struct {
    int32_t length;
    int32_t characters[PE_LONGEST_CODE];
    int32_t junctions[PE_LONGEST_CODE]; /* before each character; the first is not looked at */
} pe_writing;

static pe_status mass_of(pe_arena *arena, const pe_walk *walk, const pe_writing *writing, double *mass) {
    size_t mark = arena->used, nodes = (size_t)walk->frames + 1;
    double *begins = pe_take(arena, nodes, sizeof *begins), *ended = pe_take(arena, nodes, sizeof *ended);
    if (!begins || !ended) {
        return PE_ARENA_FULL;
    }
    for (int32_t i = 0; i < writing->length; i++) {
        int32_t character = writing->characters[i];
        if (i > 0) {
            int equal = character == writing->characters[i - 1];
            pe_begin_next(PE_SUM_PRODUCT, walk, writing->junctions[i], equal, ended, begins);
        }
        pe_stay(PE_SUM_PRODUCT, walk->frames, i > 0 ? begins : walk->before, walk->characters + character, walk->stride,
                ended);
    }
    *mass = 0;
    for (size_t i = 0; i < nodes; i++) {
        *mass += ended[i] * walk->after[i];
    }
    arena->used = mark;
    return PE_OK;
}

pe_status pe_mass_of_code(pe_arena *arena, const pe_graph *graph, const pe_walk *walk, const pe_code *code,
                          pe_between between, double *mass) {
    pe_writing writing;
    writing.length = code->length;
    for (int32_t i = 0; i < code->length; i++) {
        writing.characters[i] = graph->character[code->arcs[i]];
        writing.junctions[i] = between == PE_BLANKS_ONLY ? PE_PLAIN : graph->junction[code->arcs[i]];
    }
    return mass_of(arena, walk, &writing, mass);
}

pe_status pe_mass_of_number(pe_arena *arena, const pe_walk *walk, const uint8_t *characters, int32_t length,
                            double *mass) {
    pe_writing writing;
    writing.length = length;
    for (int32_t i = 0; i < length; i++) {
        writing.characters[i] = characters[i];
        writing.junctions[i] = PE_PLAIN;
    }
    return mass_of(arena, walk, &writing, mass);
}

/* Sums over all nodes of the mass of a first character that has ended there and is completed: sums[character]. */
static void complete_lanes(const pe_walk *walk, const double *completions, size_t lane, double *restrict sums) {
    double ended[PE_LANES] = {0}, sum[PE_LANES] = {0};
    for (int32_t i = 0; i < walk->frames; i++) {
        const double *emission = walk->characters + (size_t)i * walk->stride + lane;
        const double *completion = completions + ((size_t)i + 1) * walk->stride + lane;
        for (int k = 0; k < PE_LANES; k++) {
            ended[k] = (ended[k] + walk->before[i]) * emission[k];
            sum[k] += ended[k] * completion[k];
        }
    }
    for (int k = 0; k < PE_LANES; k++) {
        sums[lane + (size_t)k] = sum[k];
    }
}

pe_status pe_mass_of_all(pe_arena *arena, const pe_graph *graph, const pe_walk *walk, double *mass) {
    size_t mark = arena->used;
    const double *completions;
    pe_status status = pe_all_completions(arena, graph, walk, &completions);
    if (status != PE_OK) {
        return status;
    }
    double sums[PE_MOST_CHARACTERS];
    for (size_t lane = 0; lane < walk->stride; lane += PE_LANES) {
        complete_lanes(walk, completions, lane, sums);
    }
    *mass = 0;
    pe_choice first = pe_choices(graph, 0, PE_PLAIN);
    for (int32_t i = first.begin; i < first.begin + first.count; i++) {
        double gain = graph->layer_gain[i];
        *mass += sums[graph->layer_character[i]] * (gain == 0 ? 1 : pe_exp(gain));
    }
    arena->used = mark;
    return PE_OK;
}
