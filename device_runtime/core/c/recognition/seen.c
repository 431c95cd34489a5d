#include "seen.h"

#include "../common/rank.h"

/* Ink of a broken character lies no farther from the column that shows it. */
#define PIECE_PX 6
#define MIDWAY_PX 2
#define FAR_PX 1e6
/* Columns no farther apart show one character. A gap between characters is wide at this multiple of the usual one, of
 * which there must be a few; a comma in it is so far from either. */
#define SAME_PX 3
#define FEWEST_STEPS 3
#define WIDE_GAP 1.2
#define TOUCHING_PX 5
#define WORD_COLUMNS 4 /* so many columns that show rubbish as tall as letters make words */

/* Where characters are shown, in px of a strip that was not stretched, from left to right. */
typedef struct {
    double *px;
    int32_t count;
} pe_shown;

/* How far from a middle characters are shown on its left and right. */
typedef struct {
    double left, right;
} pe_neighbors;

static int32_t clamp(int32_t x, int32_t least, int32_t most) {
    return x < least ? least : x > most ? most : x;
}

/* Flag spaces and tall ink: each column stands for the two px before its middle. */
static void see_ink(const pe_net *net, const pe_columns *columns, const pe_gaps *gaps, int32_t width_px,
                    uint8_t *seen) {
    for (int32_t t = 0; t < columns->count; t++) {
        int32_t right = clamp(pe_column_px(net, t), 0, width_px - 1), left = right ? right - 1 : 0;
        int space = gaps->space[right], tall = gaps->tall[right] | gaps->tall[left];
        seen[t] = (uint8_t)((space ? PE_SPACE : 0) | (tall ? PE_TALL : 0));
    }
}

/* Commas part words: where there are none, a comma parts nothing. */
static int shows_words(const pe_columns *columns, const uint8_t *seen) {
    int32_t found = 0;
    for (int32_t t = 0; t < columns->count; t++) {
        found += (seen[t] & PE_TALL) && columns->best[t] == columns->characters + 1;
    }
    return found >= WORD_COLUMNS;
}

static pe_shown shown_characters(pe_arena *arena, const pe_net *net, const pe_columns *columns, double aspect) {
    pe_shown shown = {pe_take(arena, (size_t)columns->count, sizeof *shown.px), 0};
    for (int32_t t = 0; shown.px && t < columns->count; t++) {
        if (columns->best[t] < columns->characters) {
            shown.px[shown.count++] = pe_column_px(net, t) / aspect;
        }
    }
    return shown;
}

static pe_neighbors neighbors(const pe_shown *shown, double middle_px) {
    int32_t low = 0, high = shown->count; /* the first shown at middle_px or behind it lies in low .. high */
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (shown->px[middle] < middle_px) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    double before = low > 0 ? shown->px[low - 1] : -FAR_PX, behind = low < shown->count ? shown->px[low] : FAR_PX;
    return (pe_neighbors){middle_px - before, behind - middle_px};
}

/* Whether small ink is a piece of a broken character: near to where it is shown, and not midway to the next. */
static int is_piece(const pe_shown *shown, double middle_px) {
    pe_neighbors at = neighbors(shown, middle_px);
    double nearer = at.left < at.right ? at.left : at.right, farther = at.left < at.right ? at.right : at.left;
    return nearer <= PIECE_PX && farther - nearer > MIDWAY_PX;
}

/* How wide a gap between characters is that is wide for this line; FAR_PX: there are too few to tell. */
static pe_status wide_gap(pe_arena *arena, const pe_shown *shown, double *wide_px) {
    pe_ranked *steps = pe_take(arena, (size_t)shown->count, sizeof *steps);
    pe_ranked *spare = pe_take(arena, (size_t)shown->count, sizeof *spare);
    if (!steps || !spare) {
        return PE_ARENA_FULL;
    }
    int32_t count = 0;
    for (int32_t i = 1; i < shown->count; i++) {
        double step = shown->px[i] - shown->px[i - 1];
        if (step > SAME_PX) {
            steps[count++] = (pe_ranked){step, i};
        }
    }
    pe_rank(steps, spare, count);
    *wide_px = count < FEWEST_STEPS ? FAR_PX : WIDE_GAP * steps[(count - 1) / 2].key;
    return PE_OK;
}

/* Whether a comma, that may touch a character, stands between two that are farther apart than the others. */
static int in_wide_gap(const pe_shown *shown, double wide_px, double middle_px) {
    pe_neighbors at = neighbors(shown, middle_px);
    double gap = at.left + at.right, nearer = at.left < at.right ? at.left : at.right;
    return gap >= wide_px && gap < FAR_PX && nearer >= TOUCHING_PX;
}

/* The column whose middle is nearest to a px; of two the first. */
static int32_t nearest_column(const pe_net *net, int32_t columns, int32_t px) {
    int32_t stride = net->column_stride_px;
    int32_t before = px < net->first_column_px ? 0 : (px - net->first_column_px) / stride;
    before = clamp(before, 0, columns - 1);
    int32_t left = px - pe_column_px(net, before);
    return before + 1 < columns && stride - left < left ? before + 1 : before;
}

const uint8_t *pe_see_columns(pe_arena *arena, const pe_net *net, const pe_columns *columns, const pe_gaps *gaps,
                              int32_t width_px, double aspect) {
    uint8_t *seen = pe_take(arena, (size_t)columns->count, sizeof *seen);
    if (!seen) {
        return NULL;
    }
    see_ink(net, columns, gaps, width_px, seen);
    if (!gaps->mark_count && !gaps->comma_count) {
        return seen;
    }
    double wide_px;
    pe_shown shown = shown_characters(arena, net, columns, aspect);
    if (!shown.px || wide_gap(arena, &shown, &wide_px) != PE_OK) {
        return NULL;
    }
    for (int32_t i = 0; i < gaps->mark_count; i++) {
        if (!is_piece(&shown, gaps->marks[i] / aspect)) {
            seen[nearest_column(net, columns->count, gaps->marks[i])] |= PE_MARK;
        }
    }
    int words = shows_words(columns, seen);
    for (int32_t i = 0; i < gaps->comma_count; i++) {
        uint8_t *column = &seen[nearest_column(net, columns->count, gaps->commas[i])];
        if (in_wide_gap(&shown, wide_px, gaps->commas[i] / aspect)) {
            *column |= PE_MARK;
        }
        if (words) {
            *column |= PE_COMMA;
        }
    }
    return seen;
}
