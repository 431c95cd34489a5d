/* Calls of pe_decode and pe_judge, and what must hold of their answers. */
#ifndef FZ_DECODING_H
#define FZ_DECODING_H

#include "grammar.h"
#include "lend.h"
#include "line.h"

/* Decode, and again with other garbage in the arena; then judge what was found. The core has to refuse a line that is not
 * valid. */
void fz_decode(const fz_line *line, const pe_graph *graph, fz_input *input, size_t first_bytes);

#endif
