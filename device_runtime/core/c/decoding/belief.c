/* A posterior is the mass of all ways in which a code can stand in the line, as a share of that of all lines, both
 * under the prior on foreign numbers. Several codes can stand in one line, so the total is never less than what all
 * codes of the grammar have together. Priors of a lexicon only shift belief between its own codes. */
#include "belief.h"

#include <math.h>

#include "../common/exact.h"
#include "masses.h"

#define TINY 1e-300
/* When the codes found hold this share of all mass, the rest of the grammar's codes is not worth the time to add up. */
#define PLAIN_CASE 0.98
/* Odds that what stands in a field is no code of the grammar. A prior, not measured: without it a grammar would tell
 * nothing about what stands there, only what to look for. */
#define OUTSIDE_ODDS 0.1
/* Codes that are equally believed but for the last bits rank in the search's order. */
#define RANK_STEPS 1e6

/* Signs of a code for comparison: separators are all alike. */
#define ANY_SEPARATOR 255

typedef struct {
    int32_t count;
    uint8_t signs[PE_MOST_SIGNS];
} pe_text;

double pe_outside_odds(const pe_graph *graph) {
    double odds = OUTSIDE_ODDS * graph->density;
    return odds < 1 ? odds : 1;
}

static int has_separators(const pe_code *code) {
    return code->signs > code->length;
}

static pe_text alike(const pe_graph *graph, const pe_code *code) {
    pe_text text = {code->signs, {0}};
    pe_write_signs(graph, PE_MOST_CHARACTERS, code, text.signs);
    for (int32_t i = 0; i < text.count; i++) {
        text.signs[i] = text.signs[i] >= PE_MOST_CHARACTERS ? ANY_SEPARATOR : text.signs[i];
    }
    return text;
}

static int stands_at(const pe_text *part, const pe_text *whole, int32_t at) {
    int32_t behind = at + part->count;
    if (behind > whole->count || (at > 0 && whole->signs[at - 1] != ANY_SEPARATOR) ||
        (behind < whole->count && whole->signs[behind] != ANY_SEPARATOR)) {
        return 0;
    }
    for (int32_t i = 0; i < part->count; i++) {
        if (part->signs[i] != whole->signs[at + i]) {
            return 0;
        }
    }
    return 1;
}

/* Whether a code is what stands before, after or between separators of a longer one. */
static int is_piece(const pe_graph *graph, const pe_code *code, const pe_code *whole) {
    pe_text part = alike(graph, code), all = alike(graph, whole);
    for (int32_t at = 0; at < all.count; at++) {
        if (stands_at(&part, &all, at)) {
            return 1;
        }
    }
    return 0;
}

static int may_be_left_out(const pe_graph *graph, const pe_code *code) {
    for (int32_t i = 0; i < code->length; i++) {
        if (graph->junction[code->arcs[i]] == PE_MARKED) {
            return 1;
        }
    }
    return 0;
}

/* Mass of the paths of a code on which a mark stands in the place of a separator. */
static pe_status mass_with_marks(pe_arena *arena, const pe_claim *claim, int32_t code, double mass, double *marked) {
    double unmarked;
    const pe_code *whole = &claim->codes[code];
    pe_status status = pe_mass_of_code(arena, claim->graph, claim->walk, whole, PE_BLANKS_ONLY, &unmarked);
    if (status != PE_OK) {
        return status;
    }
    *marked = mass - (may_be_left_out(claim->graph, whole) ? 0 : unmarked);
    *marked = *marked > 0 ? *marked : 0;
    return PE_OK;
}

/* A code with marks in the place of its separators looks like several numbers. What the free mass charged its paths for
 * that is put right, and a code that is one of these pieces, beside foreign ones, loses the paths. (Exact for codes
 * with one separator.) */
static pe_status mend_separators(pe_arena *arena, const pe_claim *claim, double *mass, double *free) {
    double marked[PE_MOST_CODES] = {0}, sum = 0;
    for (int32_t i = 0; i < claim->count; i++) {
        if (has_separators(&claim->codes[i])) {
            pe_status status = mass_with_marks(arena, claim, i, mass[i], &marked[i]);
            if (status != PE_OK) {
                return status;
            }
            sum += marked[i];
        }
    }
    *free += sum * (1 - claim->prior);
    for (int32_t whole = 0; whole < claim->count; whole++) {
        if (!has_separators(&claim->codes[whole])) {
            continue;
        }
        for (int32_t piece = 0; piece < claim->count; piece++) {
            if (piece != whole && is_piece(claim->graph, &claim->codes[piece], &claim->codes[whole])) {
                double left = mass[piece] - marked[whole] * claim->prior;
                mass[piece] = left > 0 ? left : 0;
            }
        }
    }
    return PE_OK;
}

/* Priors shift mass between the codes, and leave their sum as it is. */
static void shift_by_priors(const pe_claim *claim, const double *mass, double *believed) {
    double plain = 0, shifted = 0, prior[PE_MOST_CODES];
    for (int32_t i = 0; i < claim->count; i++) {
        prior[i] = pe_exp(claim->codes[i].prior);
        plain += mass[i];
        shifted += mass[i] * prior[i];
    }
    double share = plain / (shifted > TINY ? shifted : TINY);
    for (int32_t i = 0; i < claim->count; i++) {
        believed[i] = mass[i] * prior[i] * share;
    }
}

/* Order by descending belief. */
static void rank(int32_t count, const double *believed, int32_t *order) {
    double keys[PE_MOST_CODES];
    for (int32_t i = 0; i < count; i++) {
        double key = rint(-pe_log(believed[i]) * RANK_STEPS);
        int32_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--) {
            keys[at] = keys[at - 1];
            order[at] = order[at - 1];
        }
        keys[at] = key;
        order[at] = i;
    }
}

/* Whether the rest of the grammar's codes has to be added up. They only make a code less believed; the margin is for
 * what sums round. */
static int needs_all(const pe_claim *claim, double inside, double free, const double *believed) {
    if (!claim->graph->exact || !(inside < PLAIN_CASE * free)) {
        return 0;
    }
    double rest = pe_outside_odds(claim->graph) * (free - inside);
    return believed[0] >= 0.99 * claim->threshold * (inside + rest);
}

/* What posteriors are shares of: the codes of the grammar, and other lines by their odds. */
static pe_status find_total(pe_arena *arena, const pe_claim *claim, double free, const double *believed,
                            double *total) {
    double inside = 0, all;
    for (int32_t i = 0; i < claim->count; i++) {
        inside += believed[i];
    }
    if (needs_all(claim, inside, free, believed)) {
        pe_status status = pe_mass_of_all(arena, claim->graph, claim->walk, &all);
        if (status != PE_OK) {
            return status;
        }
        inside = inside > all ? inside : all;
    }
    double rest = free - inside > 0 ? free - inside : 0;
    *total = inside + pe_outside_odds(claim->graph) * rest;
    *total = *total > TINY ? *total : TINY;
    return PE_OK;
}

pe_status pe_believe(pe_arena *arena, const pe_claim *claim, pe_belief *belief) {
    double free = claim->free, mass[PE_MOST_CODES], believed[PE_MOST_CODES];
    if (!claim->count) {
        belief->total = free * pe_outside_odds(claim->graph);
        return PE_OK;
    }
    pe_status status = PE_OK;
    for (int32_t i = 0; status == PE_OK && i < claim->count; i++) {
        status = pe_mass_of_code(arena, claim->graph, claim->walk, &claim->codes[i], PE_ANY_SEPARATOR, &mass[i]);
    }
    if (status == PE_OK) {
        status = mend_separators(arena, claim, mass, &free);
    }
    if (status != PE_OK) {
        return status;
    }
    shift_by_priors(claim, mass, believed);
    status = find_total(arena, claim, free, believed, &belief->total);
    if (status != PE_OK) {
        return status;
    }
    for (int32_t i = 0; i < claim->count; i++) {
        belief->confidence[i] = believed[i] / belief->total;
    }
    rank(claim->count, believed, belief->order);
    return PE_OK;
}
