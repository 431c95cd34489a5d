/* Counts the instructions that a program executes under QEMU's user-mode emulation: a plugin of its code generator.
 *
 *     qemu-aarch64 -plugin counter.so,counts=FILE PROGRAM
 *
 * FILE becomes a table that the program maps and reads while it runs, so that it can count any part of itself.
 * Its entries are `struct entry`; the first holds all instructions, each other one those of one page of the program's
 * memory. The entry of a page is found by looking from (page modulo entries) onwards.
 *
 * QEMU translates the program in blocks without jumps inside; a block counts when it is entered. The sums are plain
 * additions: they are exact for a program of one thread.
 */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* QEMU's plugin interface, as far as it is used here; Debian ships no header for it. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_info;
typedef void (*translated_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void (*executed_cb)(unsigned int cpu, void *data);
enum { NO_REGISTERS = 0 };

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translated_cb callback);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, executed_cb callback, int registers,
                                                 void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv);

int qemu_plugin_version = 1;

enum { PAGE_BITS = 12, ENTRIES = 1 << 16, BLOCK_BITS = 16 };
static const char COUNTS[] = "counts=";

struct entry {
    uint64_t page; /* address of its first byte >> PAGE_BITS; 0 = a free entry, or the first */
    uint64_t instructions;
};

static struct entry *table; /* [ENTRIES] */

static uintptr_t entry_of(uint64_t page)
{
    uintptr_t index = (uintptr_t)(page % ENTRIES);
    for (int looked = 0; looked < ENTRIES; looked++, index = (index + 1) % ENTRIES) {
        if (index && (table[index].page == page || !table[index].page)) {
            table[index].page = page;
            return index;
        }
    }
    fputs("counter: the program runs in more pages than there are entries\n", stderr);
    abort();
}

/* data: the entry's index << BLOCK_BITS | instructions of the block. */
static void executed(unsigned int cpu, void *data)
{
    uintptr_t packed = (uintptr_t)data;
    uintptr_t instructions = packed & (((uintptr_t)1 << BLOCK_BITS) - 1);
    (void)cpu;
    table[0].instructions += instructions;
    table[packed >> BLOCK_BITS].instructions += instructions;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    uintptr_t index = entry_of(qemu_plugin_tb_vaddr(block) >> PAGE_BITS);
    uintptr_t packed = index << BLOCK_BITS | (uintptr_t)qemu_plugin_tb_n_insns(block);
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(block, executed, NO_REGISTERS, (void *)packed);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    const size_t size = ENTRIES * sizeof(struct entry);
    const size_t name = sizeof COUNTS - 1;
    (void)info;
    if (argc != 1 || strncmp(argv[0], COUNTS, name) != 0) {
        fputs("counter: name the file of the counts: -plugin counter.so,counts=FILE\n", stderr);
        return 1;
    }
    int file = open(argv[0] + name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    void *mapped = MAP_FAILED;
    if (file >= 0 && ftruncate(file, (off_t)size) == 0)
        mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) {
        perror(argv[0]);
        return 1;
    }
    close(file);
    table = mapped;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
