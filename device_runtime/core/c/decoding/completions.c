#include "completions.h"

#include "../common/exact.h"
#include "steps.h"

/* Room for one step backwards. */
typedef struct {
    double *begins; /* [n + 1][stride], completions where the next character begins; the zero for others */
    double *any;    /* [n + 1], whichever begins */
    double *ways;   /* [n + 1], through a gap */
} pe_room;

size_t pe_completion_cells(const pe_walk *walk) {
    return ((size_t)walk->frames + 1) * walk->stride;
}

int32_t pe_layers_within(const pe_graph *graph, const pe_walk *walk) {
    return graph->layers < walk->frames + 1 ? graph->layers : walk->frames + 1;
}

static int take_room(pe_arena *arena, const pe_walk *walk, pe_room *room) {
    size_t nodes = (size_t)walk->frames + 1;
    room->begins = pe_take(arena, pe_completion_cells(walk), sizeof(double));
    room->any = pe_take(arena, nodes, sizeof(double));
    room->ways = pe_take(arena, nodes, sizeof(double));
    return room->begins && room->any && room->ways;
}

PE_INLINE double factor_of(pe_semiring semiring, double log_prior) {
    return semiring == PE_MAX_PLUS ? log_prior : log_prior == 0 ? 1 : pe_exp(log_prior);
}

/* Completions where each of PE_LANES characters begins, from those where it has ended. `gains` has the zero for those
 * that may not come. */
PE_INLINE void begin_lanes(pe_semiring semiring, const pe_walk *walk, const double *ended, const double *gains,
                           size_t lane, double *restrict begins) {
    size_t stride = walk->stride;
    double score[PE_LANES];
    for (int k = 0; k < PE_LANES; k++) {
        score[k] = pe_zero(semiring);
        begins[(size_t)walk->frames * stride + lane + (size_t)k] = score[k];
    }
    for (int32_t i = walk->frames - 1; i >= 0; i--) {
        const double *after = ended + ((size_t)i + 1) * stride + lane;
        const double *emission = walk->characters + (size_t)i * stride + lane;
        double *begin = begins + (size_t)i * stride + lane;
        for (int k = 0; k < PE_LANES; k++) {
            score[k] = pe_times(semiring, pe_plus(semiring, score[k], after[k]), emission[k]);
            begin[k] = pe_times(semiring, score[k], gains[lane + (size_t)k]);
        }
    }
}

/* Where each character begins that may come across a junction, and, in `any`, whichever does, added up in order. */
PE_INLINE void begin_all(pe_semiring semiring, const pe_graph *graph, const pe_walk *walk, pe_choice choice,
                         const double *ended, pe_room *room) {
    double gains[PE_MOST_CHARACTERS];
    for (size_t k = 0; k < walk->stride; k++) {
        gains[k] = pe_zero(semiring);
    }
    for (int32_t i = choice.begin; i < choice.begin + choice.count; i++) {
        gains[graph->layer_character[i]] = factor_of(semiring, graph->layer_gain[i]);
    }
    for (size_t lane = 0; lane < walk->stride; lane += PE_LANES) {
        begin_lanes(semiring, walk, ended, gains, lane, room->begins);
    }
    for (int32_t i = 0; i <= walk->frames; i++) {
        const double *begins = room->begins + (size_t)i * walk->stride;
        double sum = begins[0];
        for (size_t k = 1; k < walk->stride; k++) {
            sum = pe_plus(semiring, sum, begins[k]);
        }
        room->any[i] = sum;
    }
}

/* Add to the completions after each character at one node: through a gap, whichever comes next; or touching, which an
 * equal one may not. The sum of all others is that of the lower ones and that of the higher ones. */
PE_INLINE void add_touching(pe_semiring semiring, size_t stride, const double *begins, double ways,
                            double *restrict found) {
    double higher[PE_MOST_CHARACTERS];
    double sum = pe_zero(semiring);
    for (size_t k = stride; k > 0; k--) {
        higher[k - 1] = sum;
        sum = pe_plus(semiring, sum, begins[k - 1]);
    }
    sum = pe_zero(semiring);
    for (size_t k = 0; k < stride; k++) {
        double others = pe_plus(semiring, sum, higher[k]);
        found[k] = pe_plus(semiring, found[k], pe_plus(semiring, ways, others));
        sum = pe_plus(semiring, sum, begins[k]);
    }
}

PE_INLINE void add_gap(pe_semiring semiring, size_t stride, double ways, double *restrict found) {
    for (size_t k = 0; k < stride; k++) {
        found[k] = pe_plus(semiring, found[k], ways);
    }
}

/* Completions after `written` characters, from those after one more. */
PE_INLINE void before_next(pe_semiring semiring, const pe_graph *graph, const pe_walk *walk, int32_t written,
                           const double *following, pe_room *room, double *restrict found) {
    size_t stride = walk->stride;
    double end = factor_of(semiring, graph->layer_end[written]);
    for (int32_t i = 0; i <= walk->frames; i++) {
        for (size_t k = 0; k < stride; k++) {
            found[(size_t)i * stride + k] = pe_times(semiring, end, walk->after[i]);
        }
    }
    for (int32_t junction = 0; junction < PE_JUNCTIONS; junction++) {
        pe_choice choice = pe_choices(graph, written, junction);
        if (!choice.count) {
            continue;
        }
        begin_all(semiring, graph, walk, choice, following, room);
        pe_cross_back(semiring, walk, junction, room->any, room->ways);
        for (int32_t i = 0; i <= walk->frames; i++) {
            size_t at = (size_t)i * stride;
            if (junction == PE_MARKED) {
                add_gap(semiring, stride, room->ways[i], found + at);
            } else {
                add_touching(semiring, stride, room->begins + at, room->ways[i], found + at);
            }
        }
    }
}

static void fill(double *cells, size_t count, double value) {
    for (size_t i = 0; i < count; i++) {
        cells[i] = value;
    }
}

pe_status pe_best_completions(pe_arena *arena, const pe_graph *graph, const pe_walk *walk,
                              const double *completions[PE_LONGEST_CODE]) {
    size_t cells = pe_completion_cells(walk);
    int32_t layers = pe_layers_within(graph, walk);
    double *all = pe_take(arena, cells * (size_t)layers, sizeof *all); /* at most 2^24 * 33 */
    pe_room room;
    if (!all || !take_room(arena, walk, &room)) {
        return PE_ARENA_FULL;
    }
    double *following = all + cells * (size_t)(layers - 1);
    fill(following, cells, -INFINITY);
    for (int32_t written = layers - 1; written > 0; written--) {
        double *found = all + cells * (size_t)(written - 1);
        before_next(PE_MAX_PLUS, graph, walk, written, following, &room, found);
        completions[written - 1] = following = found;
    }
    return PE_OK;
}

pe_status pe_all_completions(pe_arena *arena, const pe_graph *graph, const pe_walk *walk, const double **completions) {
    size_t cells = pe_completion_cells(walk);
    double *found = pe_take(arena, cells, sizeof *found);
    size_t kept = arena->used;
    double *following = pe_take(arena, cells, sizeof *following);
    pe_room room;
    if (!found || !following || !take_room(arena, walk, &room)) {
        return PE_ARENA_FULL;
    }
    int32_t layers = pe_layers_within(graph, walk);
    /* The two change places at each step; after the last one the result lies in `found`. */
    double *here = layers % 2 ? found : following, *next = layers % 2 ? following : found;
    fill(here, cells, 0);
    for (int32_t written = layers - 1; written > 0; written--) {
        before_next(PE_SUM_PRODUCT, graph, walk, written, here, &room, next);
        double *spare = here;
        here = next;
        next = spare;
    }
    arena->used = kept;
    *completions = found;
    return PE_OK;
}
