/* What the scanner says of a strip's columns: from int8 scores to weights and penalties. */
#ifndef PE_COLUMNS_H
#define PE_COLUMNS_H

#include "../common/arena.h"

typedef struct {
    int32_t count;
    int32_t characters; /* classes: these, then blank, then rubbish */
    int32_t classes;
    const double *weights;    /* [count][classes], probabilities in units of the column's best one: best = 1 */
    const double *totals;     /* [count], sums of the weights: probability = weight / total */
    const double *log_totals; /* [count] */
    const float *penalties;   /* [count][classes], -log of the probability */
    const uint8_t *best;      /* [count], the first class of the best score */
} pe_columns;

/* Read `count` columns of scores, int8 [count][classes]. */
pe_status pe_read_columns(pe_arena *arena, const pe_net *net, const int8_t *scores, int32_t count, pe_columns *columns);

/* The middle of a column in the strip. */
int32_t pe_column_px(const pe_net *net, int32_t column);

#endif
