/* A line of writing made of a fuzzer's bytes: a strip, its scores, how they are to be read, and what is asked for. */
#ifndef FZ_LINE_H
#define FZ_LINE_H

#include "input.h"
#include "posteye_core.h"

#define FZ_EXPONENTIALS 256

typedef struct {
    pe_net net;
    pe_options options;
    int32_t columns, width_px;
    double aspect;
    int8_t *scores;       /* [columns, characters + 2], no byte more */
    uint8_t *pixels;      /* [PE_STRIP_HEIGHT_PX, width_px], no byte more */
    double *exponentials; /* [FZ_EXPONENTIALS] */
    int valid;            /* whether all is as the header wants it */
} fz_line;

fz_line fz_read_line(fz_input *input, int32_t characters);

/* A short one, with less of the input: for graphs that matter more. */
fz_line fz_read_short_line(fz_input *input, int32_t characters);

void fz_free_line(fz_line *line);

#endif
