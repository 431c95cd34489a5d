/* Backwards through the relaxed grammar goes one pass for the score of the best completion of any code. Forwards, codes
 * are written character by character. Score so far plus best completion bounds what a prefix can come to, so of all
 * prefixes of one length the best few are kept. As many as there are codes wanted are enough where nothing was relaxed;
 * elsewhere more are kept until no prefix that was dropped could have come to one of the codes found, or the search has
 * become as wide as it may. */
#include "search.h"

#include "completions.h"
#include "extensions.h"

/* How many prefixes of one length are kept where the grammar was relaxed, one after the other until it is proof. Where
 * the last is no proof either, its best codes are taken for the best. */
static const int32_t WIDTHS[] = {16, 64, 256, 1024};
#define WIDTH_COUNT ((int32_t)(sizeof WIDTHS / sizeof *WIDTHS))

/* The arcs of a prefix in order. */
static void write_arcs(const pe_search *search, int32_t length, int32_t row, int32_t *arcs) {
    for (int32_t level = length - 1; level >= 0; level--) {
        arcs[level] = search->levels[level].arc[row];
        row = search->levels[level].parent[row];
    }
}

static double best_end(const pe_walk *walk, const double *ended) {
    double best = -INFINITY;
    for (int32_t i = 0; i <= walk->frames; i++) {
        double score = ended[i] + walk->after[i];
        best = best > score ? best : score;
    }
    return best;
}

/* Put those of the longest prefixes that are codes to the others. Returns whether there are any. */
static int collect(pe_run *run) {
    pe_search *search = run->search;
    const pe_graph *graph = search->graph;
    const pe_prefixes *last = pe_last_level(run);
    size_t nodes = (size_t)search->walk->frames + 1;
    int any = 0;
    for (int32_t row = 0; row < last->count; row++) {
        double end = graph->end[graph->destination[last->arc[row]]];
        if (!(end > -INFINITY)) {
            continue;
        }
        any = 1;
        pe_code code = {.prior = last->prior[row] + end, .length = run->written, .signs = run->written, .row = row};
        code.score = best_end(search->walk, last->ended + (size_t)row * nodes) + code.prior;
        if (!(code.score > -INFINITY) || !pe_may_enter(&search->found, code.score)) {
            continue;
        }
        write_arcs(search, run->written, row, code.arcs);
        for (int32_t i = 0; i < code.length; i++) {
            code.signs += graph->separator[code.arcs[i]] != 0;
        }
        pe_enter(&search->found, graph, &code);
    }
    return any;
}

/* Whether no prefix can come to more than the last of the codes that are asked for. */
static int is_proof(const pe_found *found, double best_bound) {
    return found->count == found->most && found->codes[found->most - 1].score >= best_bound;
}

static pe_status run_width(pe_arena *arena, pe_run *run) {
    pe_search *search = run->search;
    int32_t layers = pe_layers_within(search->graph, search->walk);
    search->found.count = 0;
    run->written = 0;
    run->dropped = -INFINITY;
    while (run->written < layers - 1) {
        double best_bound;
        pe_prefixes *level = &search->levels[run->written];
        pe_status status = pe_write_level(arena, run, level, &best_bound);
        if (status != PE_OK) {
            return status;
        }
        if (!level->count) { /* none fits, or all that did end here */
            break;
        }
        run->written++;
        if (search->graph->layer_end[run->written] > -INFINITY && collect(run) &&
            is_proof(&search->found, best_bound)) {
            break;
        }
    }
    return PE_OK;
}

static int has_marked(const pe_graph *graph) {
    for (int32_t layer = 0; layer < graph->layers; layer++) {
        if (pe_choices(graph, layer, PE_MARKED).count) {
            return 1;
        }
    }
    return 0;
}

pe_status pe_find_codes(pe_arena *arena, const pe_graph *graph, const pe_walk *walk, int32_t wanted, int32_t reserve,
                        pe_search *search) {
    search->graph = graph;
    search->walk = walk;
    search->found.most = wanted + reserve;
    pe_status status = pe_best_completions(arena, graph, walk, search->completions);
    /* Codes that differ in separators alone are one: twice as many leave enough others. */
    int32_t room = has_marked(graph) ? 2 * search->found.most : search->found.most;
    pe_run run = {search, 0, 0, -INFINITY};
    size_t mark = arena->used;
    for (int32_t i = 0; status == PE_OK && i < (graph->exact ? 1 : WIDTH_COUNT); i++) {
        run.width = graph->exact || WIDTHS[i] < room ? room : WIDTHS[i];
        arena->used = mark;
        status = run_width(arena, &run);
        const pe_found *found = &search->found;
        if (run.dropped == -INFINITY || (found->count >= wanted && found->codes[wanted - 1].score >= run.dropped)) {
            break;
        }
    }
    return status;
}

void pe_trace_ends(const pe_search *search, const pe_code *code, int32_t *ends) {
    const pe_walk *walk = search->walk;
    size_t nodes = (size_t)walk->frames + 1;
    int32_t row = code->row, behind = walk->frames + 1;
    for (int32_t level = code->length - 1; level >= 0; level--) {
        const double *ended = search->levels[level].ended + (size_t)row * nodes;
        const double *onward = walk->after;
        size_t stride = 1;
        if (level < code->length - 1) {
            onward = search->completions[level] + search->graph->character[code->arcs[level]];
            stride = walk->stride;
        }
        double best = -INFINITY;
        ends[level] = 0;
        for (int32_t i = 0; i < behind; i++) {
            double score = ended[i] + onward[(size_t)i * stride];
            if (score > best) {
                best = score;
                ends[level] = i;
            }
        }
        behind = ends[level];
        row = search->levels[level].parent[row];
    }
}
