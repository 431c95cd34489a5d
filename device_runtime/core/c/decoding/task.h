/* What pe_decode and pe_judge have in common: a scanned strip becomes walks, and codes with their belief a decoding. */
#ifndef PE_TASK_H
#define PE_TASK_H

#include "../recognition/frames.h"
#include "../recognition/walk.h"
#include "belief.h"
#include "outside.h"
#include "search.h"

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

/* What is made of it, from the top down. */
typedef struct {
    pe_columns columns;
    pe_frames frames;
    pe_walk best, all;
    pe_search search;
    pe_claim claim;
    pe_belief belief;
    pe_outside outside;
    int32_t doubt;
} pe_work;

/* Check a task and make the walks of its strip; the arena is begun anew. */
pe_status pe_begin_task(pe_arena *arena, const pe_task *task, pe_work **work);

/* Hold codes against each other: work->claim, work->belief. */
pe_status pe_claim_codes(pe_arena *arena, const pe_task *task, pe_work *work, const pe_code *codes, int32_t count);

/* What stands in the line instead of the codes, and why the first by work->belief.order is not believed. */
pe_status pe_conclude(pe_arena *arena, const pe_task *task, pe_work *work);

/* Write all of a decoding but its candidates and characters. */
void pe_write_conclusion(const pe_work *work, pe_decoding *decoding);

#endif
