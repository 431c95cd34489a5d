#include "task.h"

#include <string.h>

#include "../common/exact.h"
#include "../recognition/gaps.h"
#include "../recognition/seen.h"
#include "doubt.h"

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

pe_status pe_begin_task(pe_arena *arena, const pe_task *task, pe_work **work) {
    if (!pe_is_valid_arena(arena) || !is_task(task)) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    *work = pe_take(arena, 1, sizeof **work);
    if (!*work) {
        return PE_ARENA_FULL;
    }
    memset(&(*work)->outside, 0, sizeof (*work)->outside);
    (*work)->doubt = PE_NO_DOUBT;
    pe_status status = make_frames(arena, task, *work);
    return status == PE_OK ? make_walks(arena, &task->options->costs, *work) : status;
}

pe_status pe_claim_codes(pe_arena *arena, const pe_task *task, pe_work *work, const pe_code *codes, int32_t count) {
    double prior = pe_exp(-task->options->costs.foreign_number);
    work->claim = (pe_claim){task->graph, &work->all, work->frames.free, prior, count, codes, 0};
    return pe_believe(arena, &work->claim, &work->belief);
}

pe_status pe_conclude(pe_arena *arena, const pe_task *task, pe_work *work) {
    const pe_claim *claim = &work->claim;
    const pe_belief *belief = &work->belief;
    double confidence = claim->count ? belief->confidence[belief->order[0]] : 0;
    if (confidence < PE_CONFIDENT) {
        pe_status status =
            pe_find_outside(arena, task->net, &work->columns, claim, confidence, belief->total, &work->outside);
        if (status != PE_OK) {
            return status;
        }
    }
    if (!claim->count) {
        return PE_OK;
    }
    const pe_code *best = &claim->codes[belief->order[0]];
    return pe_doubt_code(arena, task->net, task->graph, &work->frames, &task->options->costs, best, confidence,
                         &work->doubt);
}

/* Log mass of all readings. */
static double log_free(const pe_frames *frames) {
    double shift = 0;
    for (int32_t f = 0; f < frames->count; f++) {
        shift += frames->shift[f];
    }
    return pe_log(frames->free) + shift;
}

void pe_write_conclusion(const pe_work *work, pe_decoding *decoding) {
    decoding->free = log_free(&work->frames);
    decoding->doubt = work->doubt;
    decoding->outside_length = work->outside.length;
    decoding->outside_short = work->outside.is_short;
    decoding->outside_confidence = work->outside.confidence;
    memcpy(decoding->outside, work->outside.characters, sizeof decoding->outside);
}
