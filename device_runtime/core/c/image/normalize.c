/* Field to strip: paper flattened, writing upright and level, 20 px tall in the middle of 32 rows, ink bright. */
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define MIN_FIELD_PX 6
#define MAX_WORK_COLUMNS 8192
#define BLANK_COLUMNS 40

/* A strip without writing. */
static pe_status blank(pe_arena *arena, pe_strip *strip) {
    arena->used = 0;
    pe_plane pixels = pe_new_plane(arena, PE_STRIP_HEIGHT_PX, BLANK_COLUMNS);
    if (!pixels.pixels) {
        return PE_ARENA_FULL;
    }
    memset(pixels.pixels, 0, PE_STRIP_HEIGHT_PX * BLANK_COLUMNS);
    pe_strip made = {pixels.pixels, BLANK_COLUMNS, 0, 0, 0, 0, {1, 0, 0, 0, 1, 0}};
    *strip = made;
    return PE_OK;
}

/* The field at working height: [64, columns], at most 8192 columns. */
static bool scale_field(const pe_gray *field, pe_arena *arena, pe_plane *work) {
    double wanted = rint((double)field->width * PE_WORK_ROWS / field->height);
    int32_t columns = (int32_t)pe_clamped(wanted, MIN_FIELD_PX, MAX_WORK_COLUMNS);
    if (field->height == PE_WORK_ROWS && field->width == columns) {
        return pe_reduce(field, 1, arena, work);
    }
    return pe_resize_exact(field, PE_WORK_ROWS, columns, arena, work);
}

/* Where the line of writing runs in a mask, and where it is taken to run by its strip. */
static bool find_line(const pe_plane *mask, double body_px, pe_arena *arena, pe_text_line *line, pe_text_line *fitted) {
    size_t mark = arena->used;
    pe_pieces pieces;
    if (!pe_find_pieces(mask, arena, &pieces) || !pe_measure(&pieces, mask, arena, line) ||
        !pe_fit(&pieces, mask, line, body_px, arena, fitted)) {
        return false;
    }
    arena->used = mark;
    return true;
}

pe_status pe_normalize(const pe_gray *field, double body_height_px, pe_arena *arena, pe_strip *strip) {
    if (!pe_is_valid_gray(field) || !pe_is_valid_arena(arena) || !strip || !isfinite(body_height_px)) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    if (field->height < MIN_FIELD_PX || field->width < MIN_FIELD_PX) {
        return blank(arena, strip);
    }
    pe_plane work, ink, mask, pixels;
    if (!scale_field(field, arena, &work) || !pe_darkness(&work, arena, &ink)) {
        return PE_ARENA_FULL;
    }
    int32_t threshold = pe_stretch_contrast(&ink);
    if (threshold < 0) {
        return blank(arena, strip);
    }
    pe_text_line line, fitted;
    bool second_line, cut_left, cut_right;
    double matrix[6];
    /* Another line of writing may be fainter than the one that is read. */
    if (!pe_brighter(&ink, threshold, arena, &mask) || !pe_remove_lines(&ink, &mask, arena) ||
        !find_line(&mask, body_height_px, arena, &line, &fitted) ||
        !pe_has_second_line(&ink, threshold / 2, &line, arena, &second_line) ||
        !pe_straighten(&ink, &fitted, body_height_px, arena, &pixels, matrix)) {
        return PE_ARENA_FULL;
    }
    if (!pixels.pixels) {
        return blank(arena, strip);
    }
    pe_cut_at_edges(&mask, &line, &cut_left, &cut_right);
    /* The map from the strip to the field as it was given. */
    double across = (double)field->width / work.columns, down = (double)field->height / work.rows;
    pe_strip made = {pixels.pixels, pixels.columns, 1, second_line, cut_left, cut_right,
                     {matrix[0] * across, matrix[1] * across, matrix[2] * across,
                      matrix[3] * down, matrix[4] * down, matrix[5] * down}};
    *strip = made;
    return PE_OK;
}
