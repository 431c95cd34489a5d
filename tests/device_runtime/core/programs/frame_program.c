/* A C program that knows the core by its header alone: it takes random frames and masks through the steps of finding
 * lines in arenas that grow from nothing, and gives each function what it must refuse. Exit code 0: all is well;
 * test_image_program.py builds it with sanitizers.
 */
#include "program.h"

static uint32_t seed = 1;

static uint32_t draw(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static int32_t draw_from(int32_t low, int32_t high) { return low + (int32_t)draw((uint32_t)(high - low + 1)); }

static void try_frame(int32_t height, int32_t width) {
    pe_arena arena = {NULL, 0, 0, 0};
    size_t count = (size_t)height * (size_t)width;
    uint8_t *pixels = malloc(count);
    EXPECT(pixels);
    for (size_t i = 0; i < count; i++) {
        pixels[i] = (uint8_t)draw(256);
    }
    pe_gray gray = {pixels, height, width, (size_t)width};
    pe_frame frame;
    CALL(&arena, pe_shrink(&gray, draw_from(1, 4), &arena, &frame));
    size_t high = (size_t)(frame.height + PE_BLOCK_PX - 1) / PE_BLOCK_PX;
    size_t wide = (size_t)(frame.width + PE_BLOCK_PX - 1) / PE_BLOCK_PX;
    uint8_t *soft = keep(frame.soft, (size_t)frame.height * (size_t)frame.width);
    uint8_t *level = keep(frame.mean, high * wide);
    EXPECT(frame.darkest[high * wide - 1] <= frame.lightest[high * wide - 1]);
    pe_gray small = {soft, frame.height, frame.width, (size_t)frame.width};
    const uint8_t *mask = NULL;
    CALL(&arena, pe_darker(&small, level, &arena, &mask));
    EXPECT(mask[0] <= 1);
    free(level);
    free(soft);
    free(pixels);
    free(arena.memory);
}

static void try_mask(int32_t height, int32_t width, uint32_t of_ten) {
    pe_arena arena = {NULL, 0, 0, 0};
    size_t count = (size_t)height * (size_t)width;
    uint8_t *pixels = malloc(count);
    EXPECT(pixels);
    size_t ink = 0;
    for (size_t i = 0; i < count; i++) {
        pixels[i] = draw(10) < of_ten;
        ink += pixels[i];
    }
    pe_gray mask = {pixels, height, width, (size_t)width};
    pe_traced traced;
    CALL(&arena, pe_trace(&mask, &arena, &traced));
    EXPECT((traced.run_count == 0) == (ink == 0) && traced.piece_count <= traced.run_count);
    size_t pieces = (size_t)traced.piece_count, found = 0;
    for (size_t i = 0; i < pieces; i++) {
        found += (size_t)traced.pieces[4 * pieces + i];
    }
    EXPECT(found == ink);
    pe_rule_sizes sizes = {draw_from(1, 40), draw_from(1, 40), draw_from(1, 20), draw_from(1, 20)};
    const uint8_t *rest = NULL, *upright = NULL, *canvas = NULL;
    CALL(&arena, pe_rules(&mask, &sizes, &arena, &rest, &upright));
    EXPECT(rest || !upright);
    pe_turned turned = {draw_from(1, 60), draw_from(1, 60), draw_from(-131072, 131072), draw_from(-131072, 131072),
                        draw_from(-4000000, 4000000), draw_from(-4000000, 4000000)};
    CALL(&arena, pe_turn(&mask, &turned, &arena, &canvas));
    free(pixels);
    free(arena.memory);
}

static void refuse(void) {
    uint8_t memory[4096], pixels[64] = {0};
    pe_arena arena = {memory, sizeof memory, 0, 0};
    pe_gray gray = {pixels, 8, 8, 8}, torn = {pixels, 8, 8, 7};
    pe_frame frame;
    pe_traced traced;
    const uint8_t *one, *other;
    EXPECT(pe_shrink(&gray, 0, &arena, &frame) == PE_INVALID);
    EXPECT(pe_shrink(&gray, 65, &arena, &frame) == PE_INVALID);
    EXPECT(pe_shrink(&torn, 1, &arena, &frame) == PE_INVALID);
    EXPECT(pe_shrink(&gray, 1, &arena, NULL) == PE_INVALID);
    EXPECT(pe_darker(&gray, NULL, &arena, &one) == PE_INVALID);
    EXPECT(pe_trace(&torn, &arena, &traced) == PE_INVALID);
    pe_rule_sizes none = {0, 1, 1, 1}, good = {1, 1, 1, 1};
    EXPECT(pe_rules(&gray, &none, &arena, &one, &other) == PE_INVALID);
    EXPECT(pe_rules(&gray, &good, &arena, &one, NULL) == PE_INVALID);
    pe_turned steep = {8, 8, 131073, 0, 0, 0}, far = {8, 8, 1, 1, (int64_t)1 << 37, 0}, flat = {0, 8, 1, 1, 0, 0};
    EXPECT(pe_turn(&gray, &steep, &arena, &one) == PE_INVALID);
    EXPECT(pe_turn(&gray, &far, &arena, &one) == PE_INVALID);
    EXPECT(pe_turn(&gray, &flat, &arena, &one) == PE_INVALID);
    EXPECT(pe_turn(&gray, NULL, &arena, &one) == PE_INVALID);
}

int main(void) {
    refuse();
    for (int i = 0; i < 300; i++) {
        try_frame(draw_from(1, 70), draw_from(1, 70));
        try_mask(draw_from(1, 70), draw_from(1, 200), draw(11));
    }
    puts("all is well");
    return 0;
}
