/* The core of posteye: a grey field becomes a strip, and a scanner's int8 scores become codes with posteriors.
 *
 * C99, libm alone. No global state: any number of threads may call at a time, each with an arena of its own. Every
 * function returns a pe_status and checks what it is given; nothing is allocated but from the caller's arena.
 *
 * All arithmetic is integers, or float64 operations that IEEE 754 rounds exactly, in a fixed order: the same input gives
 * the same bits on x86-64, aarch64, armv7 and riscv64, and in the NumPy path that is this core's oracle.
 *
 * A call that returns PE_ARENA_FULL changed nothing but the arena's fields: give it at least `wanted` bytes and call
 * again.
 */
#ifndef POSTEYE_CORE_H
#define POSTEYE_CORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library hides every symbol but these. */
#if defined(__GNUC__)
#define PE_API __attribute__((visibility("default")))
#else
#define PE_API
#endif

/* Goes up whenever a struct or a function below changes. */
#define PE_ABI_VERSION 1

typedef enum {
    PE_OK = 0,
    PE_ARENA_FULL = 1, /* the arena is too small: arena->wanted says how many bytes would have gone farther */
    PE_INVALID = 2     /* an argument is out of its range */
} pe_status;

/* Memory that the caller lends for one call; what was in it before does not matter. */
typedef struct {
    uint8_t *memory; /* any alignment */
    size_t size;     /* bytes */
    size_t used;     /* bytes in use; set to 0 at the beginning of each call */
    size_t wanted;   /* after PE_ARENA_FULL: the least size with which the call gets past this point */
} pe_arena;

/* PE_ABI_VERSION of the library, to be compared with the header's. */
PE_API int32_t pe_abi_version(void);

/* ---- Images ---- */

#define PE_STRIP_ROWS 32
#define PE_MAX_SIDE_PX 65535

/* A grey image that the caller keeps: it is only looked at. */
typedef struct {
    const uint8_t *pixels; /* of the first row, one byte each: 0 = black, 255 = white */
    int32_t height, width; /* px, each from 1 to PE_MAX_SIDE_PX */
    size_t stride;         /* bytes from one row to the next, at least width */
} pe_gray;

/* A field made ready for the scanner: paper flattened to 0, writing upright, level and of one height, ink bright. */
typedef struct {
    const uint8_t *pixels;      /* [32, width] without gaps, in the arena: there until the arena is used again */
    int32_t width;              /* px */
    int32_t has_ink;            /* 0: nothing that could be writing was found; the strip is blank */
    int32_t second_line;        /* 1: the field holds another whole line of writing, which is not in the strip */
    int32_t cut_left;           /* 1: the field's left edge goes through the writing */
    int32_t cut_right;          /* 1: the right edge does */
    double image_from_strip[6]; /* the affine map [2, 3] from pixels (u, v, 1) of the strip to (x, y) of the field */
} pe_strip;

/* What a field's ink is against its paper. */
typedef enum {
    PE_INK_DARK = 0,
    PE_INK_LIGHT = 1,
    PE_INK_UNCLEAR = 2, /* read both ways */
    PE_INK_PANEL = 3    /* the field may hold a dark panel with light writing: look closer */
} pe_ink;

/* Make a strip of a field of dark writing on light paper; a field of less than 6 px a side gives a blank one.
 *
 * body_height_px: finite; the height that the writing gets, 20 for the scanner.
 */
PE_API pe_status pe_normalize(const pe_gray *field, double body_height_px, pe_arena *arena, pe_strip *strip);

/* Tell what the ink of a field is: `ink` becomes a pe_ink. */
PE_API pe_status pe_polarity(const pe_gray *field, pe_arena *arena, int32_t *ink);

/* Resize a grey image: down by a whole factor of its rows through means of blocks, then linearly.
 *
 * height_px, width_px: of the result, each from 1 to PE_MAX_SIDE_PX; so low that more than 2^23 px become one: PE_INVALID.
 * pixels: [height_px, width_px] without gaps, in the arena: there until the arena is used again.
 */
PE_API pe_status pe_resize(const pe_gray *gray, int32_t height_px, int32_t width_px, pe_arena *arena,
                           const uint8_t **pixels);

#ifdef __cplusplus
}
#endif
#endif
