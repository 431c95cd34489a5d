#include "doubt.h"

#include "../common/exact.h"

/* A grammar that holds a smaller share of all texts is a list, and means what it lists. */
#define LISTED 0.5

static int is_zeros(const pe_net *net, const pe_graph *graph, const pe_code *code) {
    for (int32_t i = 0; i < code->length; i++) {
        if (graph->character[code->arcs[i]] != net->zero) {
            return 0;
        }
    }
    return 1;
}

/* Whether a code would be sure at other costs. */
static pe_status is_believed_at(pe_arena *arena, const pe_graph *graph, const pe_frames *frames, const pe_costs *costs,
                                const pe_code *code, int *believed) {
    size_t mark = arena->used;
    pe_beside beside;
    pe_walk walk;
    pe_belief belief;
    pe_status status = pe_sum_beside(arena, frames, costs, &beside);
    if (status == PE_OK) {
        status = pe_walk_all(arena, frames, &beside, costs->mark, &walk);
    }
    if (status != PE_OK) {
        return status;
    }
    pe_claim claim = {graph, &walk, frames->free, pe_exp(-costs->foreign_number), 1, code, PE_CONFIDENT};
    status = pe_believe(arena, &claim, &belief);
    *believed = status == PE_OK && belief.confidence[0] >= PE_CONFIDENT;
    arena->used = mark;
    return status;
}

pe_status pe_doubt_code(pe_arena *arena, const pe_net *net, const pe_graph *graph, const pe_frames *frames,
                        const pe_costs *costs, const pe_code *code, double confidence, int32_t *doubt) {
    *doubt = PE_NO_DOUBT;
    if (is_zeros(net, graph, code) && !graph->grouped && graph->density > LISTED) {
        *doubt = PE_ZEROS_ONLY;
        return PE_OK;
    }
    if (confidence >= PE_CONFIDENT) {
        return PE_OK;
    }
    /* Without any of these costs first, for mostly that is no help; then without one of them. */
    pe_costs free_of[] = {*costs, *costs, *costs, *costs};
    free_of[0].mark = free_of[0].letters = free_of[0].continued = 0;
    free_of[1].mark = 0;
    free_of[2].letters = 0;
    free_of[3].continued = 0;
    static const int32_t reasons[] = {PE_NO_DOUBT, PE_MARK_INSIDE, PE_LETTERS_TOUCH, PE_NUMBER_GOES_ON};
    for (int i = 0; i < 4; i++) {
        int believed;
        pe_status status = is_believed_at(arena, graph, frames, &free_of[i], code, &believed);
        if (status != PE_OK) {
            return status;
        }
        if (i > 0 && believed) {
            *doubt = reasons[i];
            return PE_OK;
        }
        if (i == 0 && !believed) {
            return PE_OK;
        }
    }
    return PE_OK;
}
