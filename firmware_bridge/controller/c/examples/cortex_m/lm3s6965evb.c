/* Stellaris LM3S6965: two ports of the kind PL011. Source: its data sheet, chapter 12; ARM DDI 0183. */
#include "board.h"

#define CLOCK_GATES (*(volatile uint32_t *)0x400FE104u) /* RCGC1 */
#define UARTS 3u
#define WIRE ((volatile uint32_t *)0x4000C000u)
#define LOG ((volatile uint32_t *)0x4000D000u)
#define WIRE_INTERRUPT 5u
#define BITS_A_SECOND 115200u

/* Registers, in words. */
enum { DATA = 0, FLAGS = 6, DIVISOR = 9, FRACTION = 10, LINE = 11, CONTROL = 12, MASK = 14, CLEAR = 17 };
#define RECEIVE_EMPTY 0x10u
#define TRANSMIT_FULL 0x20u
#define EIGHT_BITS_WITH_QUEUE 0x70u
#define ON 0x301u                       /* both directions */
#define RECEIVED_OR_IDLE (0x10u | 0x40u) /* the queue is half full, or the line has been still for a while */

static void start(volatile uint32_t *port) {
    uint32_t sixty_fourths = BOARD_CLOCK_HZ_LM3S6965 * 4u / BITS_A_SECOND;
    port[CONTROL] = 0;
    port[DIVISOR] = sixty_fourths / 64u;
    port[FRACTION] = sixty_fourths % 64u;
    port[LINE] = EIGHT_BITS_WITH_QUEUE;
    port[CONTROL] = ON;
}

static void write(volatile uint32_t *port, uint8_t byte) {
    while ((port[FLAGS] & TRANSMIT_FULL) != 0u) {
    }
    port[DATA] = byte;
}

void board_start(void) {
    CLOCK_GATES |= UARTS;
    start(WIRE);
    start(LOG);
    WIRE[MASK] = RECEIVED_OR_IDLE;
    cortex_enable(WIRE_INTERRUPT);
    cortex_start_clock(BOARD_CLOCK_HZ_LM3S6965);
}

void board_on_receive(void) {
    WIRE[CLEAR] = RECEIVED_OR_IDLE;
    while ((WIRE[FLAGS] & RECEIVE_EMPTY) == 0u) {
        cortex_received((uint8_t)WIRE[DATA]);
    }
}

void board_write(uint8_t byte) {
    write(WIRE, byte);
}

void board_log(uint8_t byte) {
    write(LOG, byte);
}
