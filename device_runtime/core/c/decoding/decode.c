/* All stages in order: scores -> columns -> frames -> walks -> codes -> belief -> characters, outside, doubt. */
#include <math.h>
#include <string.h>

#include "../common/exact.h"
#include "../recognition/frames.h"
#include "../recognition/gaps.h"
#include "../recognition/seen.h"
#include "../recognition/walk.h"
#include "belief.h"
#include "characters.h"
#include "doubt.h"
#include "outside.h"
#include "search.h"

#define LEAST_SCALE (1.0 / 4096)
#define MOST_SCALE 16.0
#define FARTHEST_COLUMN_PX 64
#define MOST_COST 700.0
/* A code with a separator before each character but the first stands where a line without it has 31 foreign numbers:
 * its mass in units of the line's is at most exp(31 * 20), which a float64 holds. */
#define MOST_FOREIGN_COST 20.0
#define LEAST_ASPECT (1.0 / 1024)
#define MOST_ASPECT 1024.0
#define EXACT_SUM 4194304.0 /* 2^22: sums of multiples of 2^-30 up to here are exact */
#define COLUMN_MASS 8.0     /* no logarithm of a column's total is greater */

/* What the caller gave. */
typedef struct {
    const pe_net *net;
    const pe_graph *graph;
    const pe_options *options;
    const int8_t *scores;
    const uint8_t *pixels;
    int32_t columns, width_px;
    double aspect;
} pe_task;

/* What was made of it. */
typedef struct {
    pe_columns columns;
    pe_frames frames;
    pe_walk best, all;
    pe_search search;
    pe_belief belief;
    pe_outside outside;
    int32_t doubt;
} pe_work;

static int is_within(double x, double least, double most) {
    return x >= least && x <= most;
}

static int is_table(const double *exponentials) {
    if (exponentials[0] != 1) {
        return 0;
    }
    for (int i = 1; i < 256; i++) {
        if (!is_within(exponentials[i], 0, exponentials[i - 1])) {
            return 0;
        }
    }
    return 1;
}

static int is_net(const pe_net *net) {
    return net && net->characters >= 1 && net->characters <= PE_MOST_CHARACTERS && net->zero >= -1 &&
           net->zero < net->characters && is_within(net->first_column_px, -FARTHEST_COLUMN_PX, FARTHEST_COLUMN_PX) &&
           is_within(net->column_stride_px, 1, FARTHEST_COLUMN_PX) && is_within(net->scale, LEAST_SCALE, MOST_SCALE) &&
           net->exponentials && is_table(net->exponentials);
}

static int are_options(const pe_options *options) {
    if (!options || options->n_best < 1 || options->n_best > PE_MOST_CANDIDATES || options->reserve < 0 ||
        options->reserve > PE_MOST_RESERVE) {
        return 0;
    }
    const pe_costs *costs = &options->costs;
    return is_within(costs->foreign_number, 0, MOST_FOREIGN_COST) && is_within(costs->continued, 0, MOST_COST) &&
           is_within(costs->letters, 0, MOST_COST) && is_within(costs->mark, 0, MOST_COST);
}

static int is_task(const pe_task *task) {
    if (!is_net(task->net) || !are_options(task->options) || !task->graph || !task->scores || !task->pixels) {
        return 0;
    }
    double most = task->columns * (255 * task->net->scale + COLUMN_MASS + task->options->costs.mark);
    return task->columns >= 1 && task->columns <= PE_MOST_COLUMNS && task->width_px >= 1 &&
           task->width_px <= PE_MOST_WIDTH_PX && is_within(task->aspect, LEAST_ASPECT, MOST_ASPECT) &&
           most <= EXACT_SUM && pe_is_sealed(task->graph, task->net->characters);
}

static pe_status make_frames(pe_arena *arena, const pe_task *task, pe_work *work) {
    pe_gaps gaps;
    pe_status status = pe_read_columns(arena, task->net, task->scores, task->columns, &work->columns);
    if (status == PE_OK) {
        status = pe_find_gaps(arena, task->pixels, task->width_px, task->aspect, &gaps);
    }
    if (status != PE_OK) {
        return status;
    }
    const uint8_t *seen = pe_see_columns(arena, task->net, &work->columns, &gaps, task->width_px, task->aspect);
    if (!seen) {
        return PE_ARENA_FULL;
    }
    return pe_condense(arena, &work->columns, seen, task->options->costs.foreign_number, &work->frames);
}

static pe_status make_walks(pe_arena *arena, const pe_costs *costs, pe_work *work) {
    pe_beside beside;
    pe_status status = pe_sum_beside(arena, &work->frames, costs, &beside);
    if (status == PE_OK) {
        status = pe_walk_best(arena, &work->frames, &beside, costs->mark, &work->best);
    }
    if (status == PE_OK) {
        status = pe_walk_all(arena, &work->frames, &beside, costs->mark, &work->all);
    }
    return status;
}

/* What is to be said of the codes found: how far they are believed, what stands there instead, and why not. */
static pe_status judge(pe_arena *arena, const pe_task *task, pe_work *work) {
    const pe_costs *costs = &task->options->costs;
    const pe_found *found = &work->search.found;
    pe_claim claim = {task->graph,  &work->all, work->frames.free, pe_exp(-costs->foreign_number), found->count,
                      found->codes, 0};
    pe_status status = pe_believe(arena, &claim, &work->belief);
    if (status != PE_OK) {
        return status;
    }
    double confidence = found->count ? work->belief.confidence[work->belief.order[0]] : 0;
    if (confidence < PE_CONFIDENT) {
        status =
            pe_find_outside(arena, task->net, &work->columns, &claim, confidence, work->belief.total, &work->outside);
    }
    if (status != PE_OK || !found->count) {
        return status;
    }
    const pe_code *best = &found->codes[work->belief.order[0]];
    return pe_doubt_code(arena, task->net, task->graph, &work->frames, costs, best, confidence, &work->doubt);
}

/* Log mass of all readings. */
static double log_free(const pe_frames *frames) {
    double shift = 0;
    for (int32_t f = 0; f < frames->count; f++) {
        shift += frames->shift[f];
    }
    return pe_log(frames->free) + shift;
}

static void write_decoding(const pe_task *task, const pe_work *work, pe_decoding *decoding) {
    const pe_found *found = &work->search.found;
    decoding->free = log_free(&work->frames);
    decoding->found = found->count < task->options->n_best ? found->count : task->options->n_best;
    decoding->doubt = work->doubt;
    decoding->outside_length = work->outside.length;
    decoding->outside_short = work->outside.is_short;
    decoding->outside_confidence = work->outside.confidence;
    memcpy(decoding->outside, work->outside.characters, sizeof decoding->outside);
    for (int32_t i = 0; i < decoding->found; i++) {
        int32_t code = work->belief.order[i];
        decoding->candidates[i].confidence = work->belief.confidence[code];
        decoding->candidates[i].length = found->codes[code].signs;
        decoding->candidates[i].characters = found->codes[code].length;
        pe_write_signs(task->graph, task->net->characters, &found->codes[code], decoding->candidates[i].signs);
    }
    if (found->count) {
        pe_believe_characters(task->net, &work->columns, &work->frames, &work->search, &work->belief,
                              decoding->characters);
    }
}

pe_status pe_decode(const pe_net *net, const pe_graph *graph, const pe_options *options, const int8_t *scores,
                    int32_t columns, const uint8_t *pixels, int32_t width_px, double aspect, pe_arena *arena,
                    pe_decoding *decoding) {
    pe_task task = {net, graph, options, scores, pixels, columns, width_px, aspect};
    if (!pe_is_valid_arena(arena) || !decoding || !is_task(&task)) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    pe_work *work = pe_take(arena, 1, sizeof *work);
    if (!work) {
        return PE_ARENA_FULL;
    }
    memset(&work->outside, 0, sizeof work->outside);
    work->doubt = PE_NO_DOUBT;
    pe_status status = make_frames(arena, &task, work);
    if (status == PE_OK) {
        status = make_walks(arena, &options->costs, work);
    }
    if (status == PE_OK) {
        status = pe_find_codes(arena, graph, &work->best, options->n_best, options->reserve, &work->search);
    }
    if (status == PE_OK) {
        status = judge(arena, &task, work);
    }
    if (status == PE_OK) {
        write_decoding(&task, work, decoding);
    }
    return status;
}
