#include "columns.h"

#include "../common/exact.h"

static int32_t first_best(const int8_t *scores, int32_t classes) {
    int32_t best = 0;
    for (int32_t k = 1; k < classes; k++) {
        if (scores[k] > scores[best]) {
            best = k;
        }
    }
    return best;
}

/* Softmax without an exponential: the table has exp(-d * scale) for a score that is d below the column's best. The
 * total is added up in the order of the classes. */
static double weigh(const pe_net *net, const int8_t *scores, int32_t classes, int32_t top, double *weights) {
    double total = 0;
    for (int32_t k = 0; k < classes; k++) {
        weights[k] = net->exponentials[top - scores[k]];
        total += weights[k];
    }
    return total;
}

pe_status pe_read_columns(pe_arena *arena, const pe_net *net, const int8_t *scores, int32_t count,
                          pe_columns *columns) {
    int32_t classes = net->characters + 2;
    size_t cells = (size_t)count * (size_t)classes; /* at most 2^24 */
    double *weights = pe_take(arena, cells, sizeof *weights);
    float *penalties = pe_take(arena, cells, sizeof *penalties);
    double *totals = pe_take(arena, (size_t)count, sizeof *totals);
    double *log_totals = pe_take(arena, (size_t)count, sizeof *log_totals);
    uint8_t *best = pe_take(arena, (size_t)count, sizeof *best);
    if (!weights || !penalties || !totals || !log_totals || !best) {
        return PE_ARENA_FULL;
    }
    for (int32_t t = 0; t < count; t++) {
        size_t row = (size_t)t * (size_t)classes;
        int32_t first = first_best(scores + row, classes), top = scores[row + (size_t)first];
        best[t] = (uint8_t)first;
        totals[t] = weigh(net, scores + row, classes, top, weights + row);
        log_totals[t] = pe_log(totals[t]);
        for (int32_t k = 0; k < classes; k++) {
            penalties[row + (size_t)k] = (float)((top - scores[row + (size_t)k]) * net->scale + log_totals[t]);
        }
    }
    *columns = (pe_columns){count, net->characters, classes, weights, totals, log_totals, penalties, best};
    return PE_OK;
}

int32_t pe_column_px(const pe_net *net, int32_t column) {
    return net->first_column_px + net->column_stride_px * column;
}
