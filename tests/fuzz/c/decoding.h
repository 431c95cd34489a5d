/* A call of pe_decode, and what must hold of its answer. */
#ifndef FZ_DECODING_H
#define FZ_DECODING_H

#include "grammar.h"
#include "lend.h"
#include "line.h"

/* Decode, and again with other garbage in the arena. The core has to refuse a line that is not valid. */
void fz_decode(const fz_line *line, const pe_graph *graph, size_t first_bytes);

#endif
