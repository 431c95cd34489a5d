/* The processor: vectors, memory at the start, a clock of milliseconds, the queue of what was received. */
#include "board.h"

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xE000E014u)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xE000E018u)
#define INTERRUPT_ENABLE ((volatile uint32_t *)0xE000E100u)
#define TICKING 7u /* by the processor's clock, with an interrupt */
#define PAINT 0xC5C5C5C5u
#define QUEUE 512u /* a power of two: two frames of the longest kind */
#define INTERRUPTS 16u

/* Of the linker script. */
extern uint32_t data_in_flash[], data_begin[], data_end[], bss_begin[], bss_end[], stack_end[];

int main(void);
void reset(void);

static volatile uint32_t now_ms;
static volatile uint8_t queue[QUEUE];
static volatile uint32_t written, read; /* each has one writer, so that neither needs a lock */

static void stop(void) {
    for (;;) {
    }
}

static void on_tick(void) {
    now_ms++;
}

typedef void vector(void);

/* Source: ARMv7-M Architecture Reference Manual, B1.5.3. Every line of a port leads to the same place. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    vector *exceptions[15];
    vector *interrupts[INTERRUPTS];
} vectors = {stack_end,
             {reset, stop, stop, stop, stop, stop, 0, 0, 0, 0, stop, stop, 0, stop, on_tick},
             {board_on_receive, board_on_receive, board_on_receive, board_on_receive, board_on_receive,
              board_on_receive, board_on_receive, board_on_receive, board_on_receive, board_on_receive,
              board_on_receive, board_on_receive, board_on_receive, board_on_receive, board_on_receive,
              board_on_receive}};

__attribute__((noreturn)) void reset(void) {
    const uint32_t *from = data_in_flash;
    uint32_t mark;
    for (uint32_t *to = data_begin; to < data_end; to++) {
        *to = *from++;
    }
    for (volatile uint32_t *to = bss_begin; to < bss_end; to++) {
        *to = 0;
    }
    for (volatile uint32_t *to = bss_end; to < &mark; to++) { /* to see later how far the stack came */
        *to = PAINT;
    }
    (void)main();
    for (;;) {
    }
}

bool cortex_read(uint8_t *byte) {
    if (read == written) {
        return false;
    }
    *byte = queue[read % QUEUE];
    read++;
    return true;
}

void cortex_received(uint8_t byte) {
    if (written - read < QUEUE) {
        queue[written % QUEUE] = byte;
        written++;
    }
}

void cortex_enable(uint32_t number) {
    INTERRUPT_ENABLE[number / 32u] = 1u << (number % 32u);
}

void cortex_start_clock(uint32_t clock_hz) {
    SYSTICK_RELOAD = clock_hz / 1000u - 1u;
    SYSTICK_VALUE = 0;
    SYSTICK_CONTROL = TICKING;
}

uint32_t cortex_now_ms(void) {
    return now_ms;
}

void cortex_wait(void) {
    __asm__ volatile("wfi");
}

uint32_t cortex_stack_used(void) {
    const uint32_t *deepest = bss_end;
    while (*deepest == PAINT) {
        deepest++;
    }
    return (uint32_t)(stack_end - deepest) * (uint32_t)sizeof *deepest;
}
