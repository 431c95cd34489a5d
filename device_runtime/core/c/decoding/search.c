/* Backwards through the relaxed grammar goes one pass for the score of the best completion of any code. Forwards, codes
 * are written character by character. Score so far plus best completion bounds what a prefix can come to, so of all
 * prefixes of one length the best few are kept. As many as there are codes wanted are enough where nothing was relaxed;
 * elsewhere more are kept until no prefix that was dropped could have come to one of the codes found, or the search has
 * become as wide as it may. */
#include "search.h"

#include <string.h>

#include "../common/rank.h"
#include "completions.h"
#include "steps.h"

/* How many prefixes of one length are kept where the grammar was relaxed, one after the other until it is proof. Where
 * the last is no proof either, its best codes are taken for the best. */
static const int32_t WIDTHS[] = {16, 64, 256, 1024};
#define WIDTH_COUNT ((int32_t)(sizeof WIDTHS / sizeof *WIDTHS))

/* Ways to write one character more. */
typedef struct {
    int32_t count;
    int32_t *parent; /* the row of the prefix that each goes on from */
    int32_t *arc;
    double *prior;
    pe_ranked *ranked; /* by descending bound: the key is minus what each can come to at best */
    double *begins;    /* [n + 1], room for one row */
} pe_extensions;

/* One search of a fixed width. */
typedef struct {
    pe_search *search;
    int32_t written; /* characters of the prefixes in the last level */
    int32_t width;
    double dropped; /* the best bound of a prefix that was dropped */
} pe_run_state;

static const pe_prefixes *last_level(const pe_run_state *run) {
    return run->written ? &run->search->levels[run->written - 1] : NULL;
}

static int32_t rows_of(const pe_run_state *run) {
    const pe_prefixes *last = last_level(run);
    return last ? last->count : 1;
}

/* The node of the decoding graph that a prefix of the last level leads to. */
static int32_t node_of(const pe_run_state *run, int32_t row) {
    const pe_prefixes *last = last_level(run);
    return last ? run->search->graph->destination[last->arc[row]] : 0;
}

/* At most 1024 rows, and 240 characters behind 8 separators or none: it fits an int32. */
static int32_t count_extensions(const pe_run_state *run) {
    const int32_t *leaving = run->search->graph->leaving;
    int32_t count = 0, rows = rows_of(run);
    for (int32_t row = 0; row < rows; row++) {
        int32_t node = node_of(run, row);
        count += leaving[node + 1] - leaving[node];
    }
    return count;
}

static int take_level(pe_arena *arena, const pe_walk *walk, int32_t count, pe_prefixes *level) {
    size_t rows = (size_t)count, nodes = (size_t)walk->frames + 1;
    level->parent = pe_take(arena, rows, sizeof *level->parent);
    level->arc = pe_take(arena, rows, sizeof *level->arc);
    level->prior = pe_take(arena, rows, sizeof *level->prior);
    level->ended = pe_take(arena, rows * nodes, sizeof *level->ended);
    return level->parent && level->arc && level->prior && level->ended;
}

static int take_extensions(pe_arena *arena, const pe_walk *walk, int32_t count, pe_extensions *extensions,
                           pe_ranked **spare) {
    size_t most = (size_t)count;
    extensions->count = 0;
    extensions->parent = pe_take(arena, most, sizeof *extensions->parent);
    extensions->arc = pe_take(arena, most, sizeof *extensions->arc);
    extensions->prior = pe_take(arena, most, sizeof *extensions->prior);
    extensions->ranked = pe_take(arena, most, sizeof *extensions->ranked);
    extensions->begins = pe_take(arena, (size_t)walk->frames + 1, sizeof *extensions->begins);
    *spare = pe_take(arena, most, sizeof **spare);
    return extensions->parent && extensions->arc && extensions->prior && extensions->ranked && extensions->begins &&
           *spare;
}

/* What PE_LANES characters can come to at best that begin at `begins` or, where `closed` is 0, touch `ended`; where it
 * is -INFINITY, they may not. */
static void bound_lanes(const pe_walk *walk, const double *completions, size_t lane, const double *begins,
                        const double *ended, const double *closed, double *restrict bounds) {
    double score[PE_LANES], best[PE_LANES], shut[PE_LANES];
    for (int k = 0; k < PE_LANES; k++) {
        score[k] = best[k] = -INFINITY;
        shut[k] = closed[k];
    }
    const double *emission = walk->characters + lane, *completion = completions + lane;
    for (int32_t i = 0; i < walk->frames; i++) {
        completion += walk->stride;
        for (int k = 0; k < PE_LANES; k++) {
            double touching = ended[i] + shut[k];
            double begin = begins[i] > touching ? begins[i] : touching;
            score[k] = (score[k] > begin ? score[k] : begin) + emission[k];
            double bound = score[k] + completion[k];
            best[k] = best[k] > bound ? best[k] : bound;
        }
        emission += walk->stride;
    }
    for (int k = 0; k < PE_LANES; k++) {
        bounds[k] = best[k];
    }
}

/* Where the character behind a row of the last level may begin across a junction, and where it would touch the one
 * before; before the first character there is none. */
static const double *cross_from(const pe_run_state *run, int32_t row, int32_t junction, double *begins) {
    const pe_walk *walk = run->search->walk;
    const pe_prefixes *last = last_level(run);
    if (!last) {
        memcpy(begins, walk->before, ((size_t)walk->frames + 1) * sizeof *begins);
        return walk->before;
    }
    const double *ended = last->ended + (size_t)row * ((size_t)walk->frames + 1);
    pe_cross(PE_MAX_PLUS, walk, junction, ended, begins);
    return ended;
}

/* Bounds of the arcs of one row that cross one junction: bounds[character]. */
static void bound_junction(const pe_run_state *run, int32_t row, int32_t junction, double *begins, double *bounds) {
    const pe_search *search = run->search;
    const pe_graph *graph = search->graph;
    const pe_prefixes *last = last_level(run);
    double closed[PE_MOST_CHARACTERS];
    for (size_t k = 0; k < search->walk->stride; k++) {
        closed[k] = junction == PE_MARKED ? -INFINITY : 0;
    }
    if (last) {
        closed[graph->character[last->arc[row]]] = -INFINITY;
    }
    const double *ended = NULL;
    size_t done = 0; /* lanes below this have their bounds: a node's arcs ascend by character */
    int32_t node = node_of(run, row);
    for (int32_t arc = graph->leaving[node]; arc < graph->leaving[node + 1]; arc++) {
        size_t lane = (size_t)graph->character[arc] / PE_LANES * PE_LANES;
        if (graph->junction[arc] != junction || lane < done) {
            continue;
        }
        if (!ended) {
            ended = cross_from(run, row, junction, begins);
        }
        bound_lanes(search->walk, search->completions[run->written], lane, begins, ended, closed + lane, bounds + lane);
        done = lane + PE_LANES;
    }
}

/* All ways to go on from one row, behind those from the rows before. */
static void extend_row(const pe_run_state *run, int32_t row, pe_extensions *extensions) {
    const pe_graph *graph = run->search->graph;
    const pe_prefixes *last = last_level(run);
    double bounds[PE_JUNCTIONS][PE_MOST_CHARACTERS];
    for (int32_t junction = 0; junction < PE_JUNCTIONS; junction++) {
        bound_junction(run, row, junction, extensions->begins, bounds[junction]);
    }
    int32_t node = node_of(run, row);
    for (int32_t arc = graph->leaving[node]; arc < graph->leaving[node + 1]; arc++) {
        int32_t number = extensions->count++;
        double prior = (last ? last->prior[row] : 0) + graph->gain[arc];
        double bound = bounds[graph->junction[arc]][graph->character[arc]] + prior;
        extensions->parent[number] = row;
        extensions->arc[number] = arc;
        extensions->prior[number] = prior;
        extensions->ranked[number] = (pe_ranked){-bound, number};
    }
}

/* Write an extension out as a row of the new level. */
static void write_row(const pe_run_state *run, const pe_extensions *extensions, int32_t number, pe_prefixes *level) {
    const pe_search *search = run->search;
    const pe_walk *walk = search->walk;
    const pe_prefixes *last = last_level(run);
    int32_t arc = extensions->arc[number], parent = extensions->parent[number], row = level->count++;
    size_t nodes = (size_t)walk->frames + 1;
    const double *begins = walk->before;
    if (last) {
        int equal = search->graph->character[arc] == search->graph->character[last->arc[parent]];
        pe_begin_next(PE_MAX_PLUS, walk, search->graph->junction[arc], equal, last->ended + (size_t)parent * nodes,
                      extensions->begins);
        begins = extensions->begins;
    }
    level->parent[row] = parent;
    level->arc[row] = arc;
    level->prior[row] = extensions->prior[number];
    pe_stay(PE_MAX_PLUS, walk->frames, begins, walk->characters + search->graph->character[arc], walk->stride,
            level->ended + (size_t)row * nodes);
}

/* Write one character more, and keep the best prefixes; level->count is 0 where none fits. `best_bound`: what the best
 * of them can come to. */
static pe_status write_level(pe_arena *arena, pe_run_state *run, pe_prefixes *level, double *best_bound) {
    const pe_walk *walk = run->search->walk;
    int32_t most = count_extensions(run);
    int32_t kept = most < run->width ? most : run->width;
    pe_extensions extensions;
    pe_ranked *spare;
    level->count = 0;
    if (!take_level(arena, walk, kept, level)) {
        return PE_ARENA_FULL;
    }
    size_t mark = arena->used;
    if (!take_extensions(arena, walk, most, &extensions, &spare)) {
        return PE_ARENA_FULL;
    }
    for (int32_t row = 0; row < rows_of(run); row++) {
        extend_row(run, row, &extensions);
    }
    pe_rank(extensions.ranked, spare, most);
    if (most > kept && -extensions.ranked[kept].key > run->dropped) {
        run->dropped = -extensions.ranked[kept].key;
    }
    for (int32_t i = 0; i < kept && -extensions.ranked[i].key > -INFINITY; i++) {
        write_row(run, &extensions, extensions.ranked[i].number, level);
    }
    *best_bound = most ? -extensions.ranked[0].key : -INFINITY;
    arena->used = mark;
    return PE_OK;
}

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
static int collect(pe_run_state *run) {
    pe_search *search = run->search;
    const pe_graph *graph = search->graph;
    const pe_prefixes *last = last_level(run);
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

static pe_status run_width(pe_arena *arena, pe_run_state *run) {
    pe_search *search = run->search;
    int32_t layers = pe_layers_within(search->graph, search->walk);
    search->found.count = 0;
    run->written = 0;
    run->dropped = -INFINITY;
    while (run->written < layers - 1) {
        double best_bound;
        pe_prefixes *level = &search->levels[run->written];
        pe_status status = write_level(arena, run, level, &best_bound);
        if (status != PE_OK) {
            return status;
        }
        if (!level->count) { /* none fits, or all that did end here */
            break;
        }
        run->written++;
        if (search->graph->layer_end[run->written] > -INFINITY && collect(run) && is_proof(&search->found, best_bound)) {
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
    pe_run_state run = {search, 0, 0, -INFINITY};
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
