/* All stages in order: scores -> columns -> frames -> walks -> codes -> belief -> characters, outside, doubt. */
#include "characters.h"
#include "task.h"

static void write_candidates(const pe_task *task, const pe_work *work, pe_decoding *decoding) {
    const pe_found *found = &work->search.found;
    decoding->found = found->count < task->options->n_best ? found->count : task->options->n_best;
    for (int32_t i = 0; i < decoding->found; i++) {
        int32_t code = work->belief.order[i];
        decoding->candidates[i].confidence = work->belief.confidence[code];
        decoding->candidates[i].length = found->codes[code].signs;
        decoding->candidates[i].characters = found->codes[code].length;
        pe_write_signs(task->graph, task->net->characters, &found->codes[code], decoding->candidates[i].signs);
    }
}

static void write_characters(const pe_task *task, const pe_work *work, pe_decoding *decoding) {
    if (!work->claim.count) {
        return;
    }
    int32_t ends[PE_LONGEST_CODE];
    pe_trace_ends(&work->search, &work->claim.codes[work->belief.order[0]], ends);
    pe_believe_characters(task->net, &work->columns, &work->frames, &work->claim, &work->belief, ends,
                          decoding->characters);
}

pe_status pe_decode(const pe_net *net, const pe_graph *graph, const pe_options *options, const int8_t *scores,
                    int32_t columns, const uint8_t *pixels, int32_t width_px, double aspect, pe_arena *arena,
                    pe_decoding *decoding) {
    pe_task task = {net, graph, options, scores, pixels, columns, width_px, aspect};
    pe_work *work;
    if (!decoding) {
        return PE_INVALID;
    }
    pe_status status = pe_begin_task(arena, &task, &work);
    if (status == PE_OK) {
        status = pe_find_codes(arena, graph, &work->best, options->n_best, options->reserve, &work->search);
    }
    if (status == PE_OK) {
        status = pe_claim_codes(arena, &task, work, work->search.found.codes, work->search.found.count);
    }
    if (status == PE_OK) {
        status = pe_conclude(arena, &task, work);
    }
    if (status == PE_OK) {
        pe_write_conclusion(work, decoding);
        write_candidates(&task, work, decoding);
        write_characters(&task, work, decoding);
    }
    return status;
}
