/* The core's pe_take is compiled under the name pe_take_unguarded; this one calls it. */
#include "guard.h"

#include <string.h>

#include "common/arena.h"
#include "expect.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARDED 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define GUARDED 1
#endif

#if GUARDED
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#endif

#define FENCE_BYTES 64 /* that are never lent, between two pieces of memory */

static uint8_t filling;
static size_t most_used, times_taken;
static int refused;

void *pe_take_unguarded(pe_arena *arena, size_t count, size_t size);

void *pe_take(pe_arena *arena, size_t count, size_t size) {
    size_t used = arena->used;
    /* What was given back since, by setting `used`, is closed again. */
    size_t open = used < arena->size ? used : arena->size;
    if (arena->memory) {
        ASAN_POISON_MEMORY_REGION(arena->memory + open, arena->size - open);
    }
    arena->used = used + FENCE_BYTES;
    uint8_t *taken = pe_take_unguarded(arena, count, size);
    if (!taken) {
        arena->used = used;
        refused = 1;
        return NULL;
    }
    EXPECT(taken >= arena->memory + open && count * size <= (size_t)(arena->memory + arena->size - taken));
    times_taken += !refused;
    ASAN_UNPOISON_MEMORY_REGION(taken, count * size);
    memset(taken, filling, count * size);
    most_used = arena->used > most_used ? arena->used : most_used;
    return taken;
}

void fz_guard(const pe_arena *arena, uint8_t garbage) {
    filling = garbage;
    most_used = times_taken = 0;
    refused = 0;
    ASAN_POISON_MEMORY_REGION(arena->memory, arena->size);
}

size_t fz_times_taken(void) {
    return times_taken;
}

size_t fz_most_used(void) {
    return most_used;
}

void fz_unguard(const pe_arena *arena) {
    ASAN_UNPOISON_MEMORY_REGION(arena->memory, arena->size);
}
