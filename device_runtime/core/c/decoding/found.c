#include "found.h"

#include <string.h>

int pe_may_enter(const pe_found *found, double score) {
    return found->count < found->most || score >= found->codes[found->most - 1].score;
}

static int is_same_writing(const pe_graph *graph, const pe_code *a, const pe_code *b) {
    if (a->length != b->length) {
        return 0;
    }
    for (int32_t i = 0; i < a->length; i++) {
        if (graph->character[a->arcs[i]] != graph->character[b->arcs[i]]) {
            return 0;
        }
    }
    return 1;
}

static void take_out(pe_found *found, int32_t at) {
    found->count--;
    memmove(&found->codes[at], &found->codes[at + 1], (size_t)(found->count - at) * sizeof *found->codes);
}

static void put_in(pe_found *found, const pe_code *code) {
    int32_t at = found->count;
    while (at > 0 && found->codes[at - 1].score < code->score) {
        at--;
    }
    if (at >= found->most) {
        return;
    }
    found->count -= found->count == found->most;
    memmove(&found->codes[at + 1], &found->codes[at], (size_t)(found->count - at) * sizeof *found->codes);
    found->codes[at] = *code;
    found->count++;
}

void pe_enter(pe_found *found, const pe_graph *graph, const pe_code *code) {
    for (int32_t i = 0; i < found->count; i++) {
        const pe_code *old = &found->codes[i];
        if (!is_same_writing(graph, old, code)) {
            continue;
        }
        if (code->score < old->score || (code->score == old->score && code->signs >= old->signs)) {
            return;
        }
        take_out(found, i);
        break;
    }
    put_in(found, code);
}

void pe_write_signs(const pe_graph *graph, int32_t characters, const pe_code *code, uint8_t signs[PE_MOST_SIGNS]) {
    int32_t count = 0;
    for (int32_t i = 0; i < code->length; i++) {
        int32_t arc = code->arcs[i], separator = graph->separator[arc];
        if (separator) {
            signs[count++] = (uint8_t)(characters + separator - 1);
        }
        signs[count++] = (uint8_t)graph->character[arc];
    }
}
