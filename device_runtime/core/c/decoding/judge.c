/* Codes that are known already are held against each other, by the stages that follow the search in pe_decode. */
#include <math.h>

#include "characters.h"
#include "lone.h"
#include "task.h"

/* The arc of a node that writes a character behind a separator; -1: there is none. */
static int32_t arc_of(const pe_graph *graph, int32_t node, int32_t character, int32_t separator) {
    for (int32_t arc = graph->leaving[node]; arc < graph->leaving[node + 1]; arc++) {
        if (graph->character[arc] == character && graph->separator[arc] == separator) {
            return arc;
        }
    }
    return -1;
}

/* Find a candidate's path in the graph. Returns whether it is a code. */
static int find_path(const pe_graph *graph, int32_t characters, const pe_candidate *candidate, pe_code *code) {
    int32_t node = 0, separator = 0;
    *code = (pe_code){.signs = candidate->length};
    if (candidate->length < 1 || candidate->length > PE_MOST_SIGNS) {
        return 0;
    }
    for (int32_t i = 0; i < candidate->length; i++) {
        int32_t sign = candidate->signs[i];
        if (sign >= characters) {
            if (separator) {
                return 0;
            }
            separator = sign - characters + 1;
            continue;
        }
        int32_t arc = code->length < PE_LONGEST_CODE ? arc_of(graph, node, sign, separator) : -1;
        if (arc < 0) {
            return 0;
        }
        code->arcs[code->length++] = arc;
        code->prior += graph->gain[arc];
        node = graph->destination[arc];
        separator = 0;
    }
    code->prior += graph->end[node];
    return !separator && graph->end[node] > -INFINITY;
}

/* Find the paths of all candidates, int [found]. */
static int find_paths(const pe_graph *graph, int32_t characters, const pe_decoding *decoding, pe_code *codes) {
    if (decoding->found < 1 || decoding->found > PE_MOST_CANDIDATES) {
        return 0;
    }
    for (int32_t i = 0; i < decoding->found; i++) {
        if (!find_path(graph, characters, &decoding->candidates[i], &codes[i])) {
            return 0;
        }
    }
    return 1;
}

/* Where the characters of the first code end on its best path. placed: whether there is one. */
static pe_status place(pe_arena *arena, const pe_graph *graph, pe_work *work, int32_t *ends, int *placed) {
    pe_lone *lone = pe_take(arena, 1, sizeof *lone);
    if (!lone) {
        return PE_ARENA_FULL;
    }
    pe_make_lone(graph, &work->claim.codes[0], lone);
    pe_status status = pe_find_codes(arena, &lone->graph, &work->best, 1, 0, &work->search);
    *placed = status == PE_OK && work->search.found.count > 0;
    if (*placed) {
        pe_trace_ends(&work->search, &work->search.found.codes[0], ends);
    }
    return status;
}

static void write_judgement(const pe_task *task, const pe_work *work, const int32_t *ends, pe_decoding *decoding) {
    pe_write_conclusion(work, decoding);
    for (int32_t i = 0; i < decoding->found; i++) {
        decoding->candidates[i].confidence = work->belief.confidence[i];
        decoding->candidates[i].characters = work->claim.codes[i].length;
    }
    if (ends) {
        pe_believe_characters(task->net, &work->columns, &work->frames, &work->claim, &work->belief, ends,
                              decoding->characters);
    } else {
        decoding->found = 0;
    }
}

pe_status pe_judge(const pe_net *net, const pe_graph *graph, const pe_options *options, const int8_t *scores,
                   int32_t columns, const uint8_t *pixels, int32_t width_px, double aspect, pe_arena *arena,
                   pe_decoding *decoding) {
    pe_task task = {net, graph, options, scores, pixels, columns, width_px, aspect};
    pe_code codes[PE_MOST_CANDIDATES];
    pe_work *work;
    if (!decoding) {
        return PE_INVALID;
    }
    pe_status status = pe_begin_task(arena, &task, &work);
    if (status == PE_INVALID || !find_paths(graph, net->characters, decoding, codes)) {
        return PE_INVALID;
    }
    int placed = 0;
    int32_t ends[PE_LONGEST_CODE];
    if (status == PE_OK) {
        status = pe_claim_codes(arena, &task, work, codes, decoding->found);
    }
    for (int32_t i = 0; status == PE_OK && i < decoding->found; i++) {
        work->belief.order[i] = i;
    }
    if (status == PE_OK) {
        status = pe_conclude(arena, &task, work);
    }
    if (status == PE_OK) {
        status = place(arena, graph, work, ends, &placed);
    }
    if (status == PE_OK) {
        write_judgement(&task, work, placed ? ends : NULL, decoding);
    }
    return status;
}
