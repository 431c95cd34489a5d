#include "gaps.h"

#include <string.h>

#include "ink_pieces.h"

/* The sizes below were chosen for strips as device_runtime/geometry.py says; recognition/gaps.py has the same. */
#define BASELINE_ROW 26
#define LINE_TOP 5 /* rows in which digits stand; above and below, neighbouring lines may reach into the strip */
#define LINE_BOTTOM (BASELINE_ROW + 2)
#define TALL_PX 9 /* letters are at least so tall and begin at row HIGH_ROW or above; dashes, dots, commas do not */
#define HIGH_ROW 17
#define SMALL_PX 8 /* the tallest mark between digits; the tallest comma, which begins at row LOW_ROW or below */
#define COMMA_PX 11
#define LOW_ROW 19
#define MARK_AREA_PX 4               /* what is smaller is a speck */
#define LONGEST_MARK_PX 14           /* a dash */
#define BELOW_ROW (BASELINE_ROW + 1) /* a comma's tail reaches this row */
#define WIDEST_COMMA_PX 7
/* A space is wider than the gaps between the line's characters, by this and a share of them, within these bounds. */
#define SPACE_PX 3.0
#define SPACE_SHARE 1.0
#define LEAST_SPACE_PX 7.0
#define MOST_SPACE_PX 10.0
/* Of the pitch of characters, at most: beside a dot, more is a space in any type. */
#define AFTER_DOT 0.67
#define AFTER_DOT_PX 11.0

/* Rows first .. end - 1 as bits. */
#define ROWS(first, end) ((0xFFFFFFFFu >> (32 - (end))) & (0xFFFFFFFFu << (first)))

/* Columns begin .. end - 1. */
typedef struct {
    int32_t begin, end;
} pe_span;

/* What `spaces` notes of an edge between paper and ink. */
enum { INNER_PAPER_BEGINS = 1, INNER_PAPER_ENDS = 2, BESIDE_A_DOT = 4 };

/* One strip while its gaps are found. Flags are 1 or 0 by column. */
typedef struct {
    int32_t width_px;
    double aspect;
    const uint32_t *ink;
    const pe_ink_piece *pieces;
    int32_t piece_count;
    uint8_t *written; /* ink on the line */
    uint8_t *tall, *space;
    uint8_t *flags;  /* of this or that */
    uint8_t *edges;  /* [width_px + 1], what is known of the edge before a column */
    int32_t *counts; /* [width_px + 1], how many things are so wide */
    int32_t *commas, *marks;
    int32_t comma_count, mark_count;
} pe_line;

/* Go on to the next run of set flags; 0 behind the last. A span of {0, 0} stands before the first. */
static int next_run(const uint8_t *flags, int32_t width_px, pe_span *span) {
    int32_t begin = span->end;
    while (begin < width_px && !flags[begin]) {
        begin++;
    }
    int32_t end = begin;
    while (end < width_px && flags[end]) {
        end++;
    }
    *span = (pe_span){begin, end};
    return begin < end;
}

/* Of sorted sizes, the one at an index: counts[s] are of size s. */
static int32_t size_at(const int32_t *counts, int32_t index) {
    int32_t size = 0;
    for (int32_t passed = counts[0]; passed <= index; passed += counts[size]) {
        size++;
    }
    return size;
}

static int is_tall(const pe_ink_piece *piece) {
    return piece->height >= TALL_PX && piece->top <= HIGH_ROW;
}

/* Flag the columns of tall pieces. Returns the usual width of one, 0 where there is none. */
static int32_t find_tall(pe_line *line) {
    int32_t found = 0;
    memset(line->tall, 0, (size_t)line->width_px);
    memset(line->counts, 0, ((size_t)line->width_px + 1) * sizeof *line->counts);
    for (int32_t i = 0; i < line->piece_count; i++) {
        const pe_ink_piece *piece = &line->pieces[i];
        if (is_tall(piece)) {
            memset(line->tall + piece->left, 1, (size_t)piece->width);
            line->counts[piece->width]++;
            found++;
        }
    }
    return found ? size_at(line->counts, found / 2) : 0;
}

/* Commas are narrow runs of columns whose ink begins low on the line and reaches below it; also those that touch a
 * digit. They are not tall. */
static void find_commas(pe_line *line) {
    for (int32_t x = 0; x < line->width_px; x++) {
        line->flags[x] = line->written[x] && !(line->ink[x] & ROWS(LINE_TOP, LOW_ROW));
    }
    pe_span span = {0, 0};
    while (next_run(line->flags, line->width_px, &span)) {
        int32_t width = span.end - span.begin;
        uint32_t below = 0;
        for (int32_t x = span.begin; x < span.end; x++) {
            below |= line->ink[x] & ROWS(BELOW_ROW, PE_STRIP_HEIGHT_PX);
        }
        if (width >= 2 && width <= WIDEST_COMMA_PX * line->aspect && below) {
            line->commas[line->comma_count++] = (span.begin + span.end) / 2;
            memset(line->tall + span.begin, 0, (size_t)width);
        }
    }
}

static int is_small(const pe_ink_piece *piece, double aspect) {
    return (piece->height <= SMALL_PX || (piece->height <= COMMA_PX && piece->top >= LOW_ROW)) &&
           piece->area >= MARK_AREA_PX && piece->width <= LONGEST_MARK_PX * aspect && piece->top >= LINE_TOP &&
           piece->top < LINE_BOTTOM;
}

/* Small pieces are marks, unless most of their columns are tall: those are pieces of a broken digit. */
static void find_marks(pe_line *line) {
    for (int32_t i = 0; i < line->piece_count; i++) {
        const pe_ink_piece *piece = &line->pieces[i];
        if (!is_small(piece, line->aspect)) {
            continue;
        }
        int32_t tall = 0;
        for (int32_t x = piece->left; x < piece->left + piece->width; x++) {
            tall += line->tall[x];
        }
        if (2 * tall <= piece->width) {
            line->marks[line->mark_count++] = piece->left + piece->width / 2;
        }
    }
}

/* Note where paper between ink begins and ends. Returns the usual width of it: where characters touch, most of it is
 * spaces, so the lower quartile is taken. */
static int32_t measure_paper(pe_line *line) {
    int32_t found = 0;
    memset(line->edges, 0, (size_t)line->width_px + 1);
    memset(line->counts, 0, ((size_t)line->width_px + 1) * sizeof *line->counts);
    pe_span paper = {0, 0};
    while (next_run(line->flags, line->width_px, &paper)) {
        if (paper.begin > 0 && paper.end < line->width_px) {
            line->edges[paper.begin] |= INNER_PAPER_BEGINS;
            line->edges[paper.end] |= INNER_PAPER_ENDS;
            line->counts[paper.end - paper.begin]++;
            found++;
        }
    }
    return found ? size_at(line->counts, found / 4) : 0;
}

/* Note the edges of what stands alone between paper and is no wider than a dash. */
static void find_dots(pe_line *line) {
    for (int32_t x = 0; x < line->width_px; x++) {
        line->flags[x] = line->written[x] && !line->tall[x];
    }
    pe_span dot = {0, 0};
    while (next_run(line->flags, line->width_px, &dot)) {
        int alone = (line->edges[dot.begin] & INNER_PAPER_ENDS) && (line->edges[dot.end] & INNER_PAPER_BEGINS);
        if (dot.end - dot.begin <= LONGEST_MARK_PX * line->aspect && alone) {
            line->edges[dot.begin] |= BESIDE_A_DOT;
            line->edges[dot.end] |= BESIDE_A_DOT;
        }
    }
}

static void flag_paper(pe_line *line) {
    for (int32_t x = 0; x < line->width_px; x++) {
        line->flags[x] = !line->written[x];
    }
}

/* Flag the columns of spaces. In type of one width a dot stands in the middle of wide paper, which is no space. */
static void find_spaces(pe_line *line, int32_t character_px) {
    flag_paper(line);
    int32_t usual = measure_paper(line);
    find_dots(line);
    double least = SPACE_PX + SPACE_SHARE * usual / line->aspect;
    least = least > LEAST_SPACE_PX ? least : LEAST_SPACE_PX;
    least = (least < MOST_SPACE_PX ? least : MOST_SPACE_PX) * line->aspect;
    double after_dot = AFTER_DOT * (character_px + usual);
    after_dot = after_dot < AFTER_DOT_PX * line->aspect ? after_dot : AFTER_DOT_PX * line->aspect;
    after_dot = after_dot > least ? after_dot : least;
    memset(line->space, 0, (size_t)line->width_px);
    flag_paper(line);
    pe_span paper = {0, 0};
    while (next_run(line->flags, line->width_px, &paper)) {
        int beside = (line->edges[paper.begin] | line->edges[paper.end]) & BESIDE_A_DOT;
        int margin = paper.begin == 0 || paper.end == line->width_px;
        if (margin || paper.end - paper.begin >= (beside ? after_dot : least)) {
            memset(line->space + paper.begin, 1, (size_t)(paper.end - paper.begin));
        }
    }
}

static pe_status begin_line(pe_arena *arena, const uint8_t *pixels, pe_line *line) {
    size_t width = (size_t)line->width_px;
    line->ink = pe_ink_columns(arena, pixels, line->width_px);
    if (!line->ink ||
        pe_find_ink_pieces(arena, line->ink, line->width_px, &line->pieces, &line->piece_count) != PE_OK) {
        return PE_ARENA_FULL;
    }
    line->written = pe_take(arena, width, 1);
    line->tall = pe_take(arena, width, 1);
    line->space = pe_take(arena, width, 1);
    line->flags = pe_take(arena, width, 1);
    line->edges = pe_take(arena, width + 1, 1);
    line->counts = pe_take(arena, width + 1, sizeof *line->counts);
    line->commas = pe_take(arena, width, sizeof *line->commas);
    line->marks = pe_take(arena, (size_t)line->piece_count, sizeof *line->marks);
    if (!line->written || !line->tall || !line->space || !line->flags || !line->edges || !line->counts ||
        !line->commas || !line->marks) {
        return PE_ARENA_FULL;
    }
    for (int32_t x = 0; x < line->width_px; x++) {
        line->written[x] = (line->ink[x] & ROWS(LINE_TOP, LINE_BOTTOM)) != 0;
    }
    return PE_OK;
}

pe_status pe_find_gaps(pe_arena *arena, const uint8_t *pixels, int32_t width_px, double aspect, pe_gaps *gaps) {
    pe_line line = {0};
    line.width_px = width_px;
    line.aspect = aspect;
    pe_status status = begin_line(arena, pixels, &line);
    if (status != PE_OK) {
        return status;
    }
    int32_t character_px = find_tall(&line);
    find_commas(&line);
    find_spaces(&line, character_px);
    find_marks(&line);
    *gaps = (pe_gaps){line.space, line.tall, line.marks, line.commas, line.mark_count, line.comma_count};
    return PE_OK;
}
