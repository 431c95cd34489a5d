/* What a prefix can come to is bounded by its score so far and the best completion behind it. Bounds of all extensions
 * come first, without keeping where each has ended; the best ones are then written out. */
#include "extensions.h"

#include <string.h>

#include "../common/rank.h"
#include "steps.h"

/* Ways to write one character more. */
typedef struct {
    int32_t count;
    int32_t *parent; /* the row of the prefix that each goes on from */
    int32_t *arc;
    double *prior;
    pe_ranked *ranked; /* by descending bound: the key is minus what each can come to at best */
    double *begins;    /* [n + 1], room for one row */
} pe_extensions;

const pe_prefixes *pe_last_level(const pe_run *run) {
    return run->written ? &run->search->levels[run->written - 1] : NULL;
}

static int32_t rows_of(const pe_run *run) {
    const pe_prefixes *last = pe_last_level(run);
    return last ? last->count : 1;
}

/* The node of the decoding graph that a prefix of the last level leads to. */
static int32_t node_of(const pe_run *run, int32_t row) {
    const pe_prefixes *last = pe_last_level(run);
    return last ? run->search->graph->destination[last->arc[row]] : 0;
}

/* At most 1024 rows, and 240 characters behind 8 separators or none: it fits an int32. */
static int32_t count_extensions(const pe_run *run) {
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
static const double *cross_from(const pe_run *run, int32_t row, int32_t junction, double *begins) {
    const pe_walk *walk = run->search->walk;
    const pe_prefixes *last = pe_last_level(run);
    if (!last) {
        memcpy(begins, walk->before, ((size_t)walk->frames + 1) * sizeof *begins);
        return walk->before;
    }
    const double *ended = last->ended + (size_t)row * ((size_t)walk->frames + 1);
    pe_cross(PE_MAX_PLUS, walk, junction, ended, begins);
    return ended;
}

/* Bounds of the arcs of one row that cross one junction: bounds[character]. */
static void bound_junction(const pe_run *run, int32_t row, int32_t junction, double *begins, double *bounds) {
    const pe_search *search = run->search;
    const pe_graph *graph = search->graph;
    const pe_prefixes *last = pe_last_level(run);
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
static void extend_row(const pe_run *run, int32_t row, pe_extensions *extensions) {
    const pe_graph *graph = run->search->graph;
    const pe_prefixes *last = pe_last_level(run);
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
static void write_row(const pe_run *run, const pe_extensions *extensions, int32_t number, pe_prefixes *level) {
    const pe_search *search = run->search;
    const pe_walk *walk = search->walk;
    const pe_prefixes *last = pe_last_level(run);
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

pe_status pe_write_level(pe_arena *arena, pe_run *run, pe_prefixes *level, double *best_bound) {
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
