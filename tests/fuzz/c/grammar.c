#include "grammar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

#define QUANTUM (1.0 / 1073741824) /* 2^-30, of log-priors */

/* ---- numbers ---- */

static double read_prior(fz_input *input) {
    switch (fz_byte(input) % 8) {
    case 0: return -(double)fz_byte(input) / 16;
    case 1: return -(double)fz_word(input, 4) * QUANTUM;
    case 2: return -(double)(fz_word(input, 3) % ((1 << 20) + 1));
    default: return 0;
    }
}

static double read_end(fz_input *input, int often) {
    return fz_seldom(input, often) ? read_prior(input) : -INFINITY;
}

static double read_density(fz_input *input) {
    static const double densities[] = {1, 0.51, 0.3, 1e-5, 1e-30, 1e-100, 40, 1e30};
    return densities[fz_byte(input) % (sizeof densities / sizeof *densities)];
}

/* ---- arcs ---- */

/* Add an arc to the last node that was begun; without a separator the junction is plain. */
static void add_arc(fz_grammar *to, int32_t character, int32_t separator, int open, int32_t destination,
                    double gain) {
    if (to->arcs == FZ_MOST_ARCS) {
        return;
    }
    to->character[to->arcs] = character;
    to->separator[to->arcs] = (uint8_t)separator;
    to->junction[to->arcs] = separator ? open ? PE_OPEN : PE_MARKED : PE_PLAIN;
    to->destination[to->arcs] = destination;
    to->gain[to->arcs++] = gain;
}

/* One node after the other, each with a range of characters: numbers of some lengths, with separators or without. */
static void read_chain(fz_input *input, int32_t characters, fz_grammar *to) {
    to->nodes = fz_between(input, 2, FZ_MOST_NODES);
    int32_t last = fz_byte(input) % 2 ? to->nodes - 1 : to->nodes / 2; /* codes end at each node from here on */
    for (int32_t node = 0; node < to->nodes - 1; node++) {
        to->leaving[node] = to->arcs;
        to->end[node] = node >= last && node ? 0 : -INFINITY;
        int32_t first = fz_seldom(input, 4) ? fz_between(input, 0, characters - 1) : 0;
        int32_t behind = fz_seldom(input, 4) ? fz_between(input, first, characters - 1) + 1 : characters;
        int kind = node ? fz_byte(input) % 12 : 0, separator = 1 + fz_byte(input) % PE_MOST_SEPARATORS;
        double gain = read_prior(input);
        for (int32_t character = first; character < behind; character++) {
            if (kind != 10) { /* a separator that must be written */
                add_arc(to, character, 0, 0, node + 1, gain);
            }
            if (kind >= 9) { /* 9 and 11: one that may be left out */
                add_arc(to, character, separator, kind == 10, node + 1, gain);
            }
        }
    }
    to->leaving[to->nodes - 1] = to->leaving[to->nodes] = to->arcs;
    to->end[to->nodes - 1] = read_prior(input);
}

/* Any arcs from each node to those behind it: lists of codes, and whatever else. */
static void read_web(fz_input *input, int32_t characters, fz_grammar *to) {
    to->nodes = fz_between(input, 2, FZ_MOST_NODES);
    for (int32_t node = 0; node < to->nodes; node++) {
        to->leaving[node] = to->arcs;
        to->end[node] = node ? read_end(input, 4) : -INFINITY;
        int32_t key = -1, room = node ? 1 + PE_MOST_SEPARATORS : 1, ahead = to->nodes - 1 - node;
        for (int32_t left = ahead ? fz_byte(input) % 8 : 0; left > 0; left--) {
            key += 1 + fz_byte(input) % (2 * room);
            if (key >= characters * room) {
                break;
            }
            int32_t step = fz_byte(input), farthest = step < 128 && ahead > 3 ? 3 : ahead;
            add_arc(to, key / room, key % room, step % 2, node + 1 + step % farthest, read_prior(input));
        }
    }
    to->leaving[to->nodes] = to->arcs;
    if (!to->leaving[1]) { /* nothing leaves the beginning: one code of one character instead */
        to->nodes = 2;
        to->arcs = 0;
        add_arc(to, 0, 0, 0, 1, 0);
        to->leaving[1] = to->leaving[2] = 1;
        to->end[1] = 0;
    }
}

/* ---- layers ---- */

/* The best log-prior of each character across each junction in one layer; above 0: it may not come. */
typedef double choices[PE_JUNCTIONS][PE_MOST_CHARACTERS];

static void write_layer(fz_grammar *to, int32_t layer, choices gains) {
    for (int32_t junction = 0; junction < PE_JUNCTIONS; junction++) {
        int32_t *offset = &to->layer_offset[PE_JUNCTIONS * layer + junction], count = offset[0];
        for (int32_t character = 0; character < PE_MOST_CHARACTERS; character++) {
            if (gains[junction][character] <= 0) {
                to->layer_character[count] = character;
                to->layer_gain[count++] = gains[junction][character];
            }
        }
        offset[1] = count;
    }
}

static void clear(choices gains) {
    for (int32_t junction = 0; junction < PE_JUNCTIONS; junction++) {
        for (int32_t character = 0; character < PE_MOST_CHARACTERS; character++) {
            gains[junction][character] = 1;
        }
    }
}

/* Let all choices of the nodes reached into the layer, and mark those reached next. Returns how many were reached. */
static int32_t relax(fz_grammar *to, int32_t layer, const uint8_t *reached, uint8_t *next) {
    choices gains;
    int32_t count = 0;
    clear(gains);
    to->layer_end[layer] = -INFINITY;
    memset(next, 0, FZ_MOST_NODES);
    for (int32_t node = 0; node < to->nodes; node++) {
        if (!reached[node]) {
            continue;
        }
        count++;
        to->layer_end[layer] = fmax(to->layer_end[layer], to->end[node]);
        for (int32_t arc = to->leaving[node]; arc < to->leaving[node + 1]; arc++) {
            double *best = &gains[to->junction[arc]][to->character[arc]];
            *best = *best > 0 || to->gain[arc] > *best ? to->gain[arc] : *best;
            next[to->destination[arc]] = 1;
        }
    }
    write_layer(to, layer, gains);
    return count;
}

/* The layers of the graph: nodes that so many characters lead to, taken together. */
static void derive_layers(fz_grammar *to) {
    uint8_t sets[2][FZ_MOST_NODES] = {{1}};
    int32_t most = 0;
    to->layers = 0;
    for (int32_t layer = 0; layer < FZ_MOST_LAYERS; layer++) {
        int32_t count = relax(to, layer, sets[layer % 2], sets[1 - layer % 2]);
        most = count > most ? count : most;
        if (!count) {
            break;
        }
        to->layers++;
    }
    to->exact = most == 1;
}

/* Layers that are not those of the graph. */
static void read_layers(fz_input *input, int32_t characters, fz_grammar *to) {
    to->layers = fz_between(input, 2, FZ_MOST_LAYERS);
    for (int32_t layer = 0; layer < to->layers; layer++) {
        choices gains;
        clear(gains);
        for (int32_t left = fz_byte(input) % 8; left > 0; left--) {
            gains[fz_byte(input) % PE_JUNCTIONS][fz_byte(input) % characters] = read_prior(input);
        }
        write_layer(to, layer, gains);
        to->layer_end[layer] = layer ? read_end(input, 2) : -INFINITY;
    }
    to->exact = fz_byte(input) % 2;
}

/* Some code has to end. */
static void end_somewhere(fz_grammar *to) {
    for (int32_t layer = 0; layer < to->layers; layer++) {
        if (to->layer_end[layer] > -INFINITY) {
            return;
        }
    }
    to->layer_end[to->layers - 1] = 0;
}

void fz_read_grammar(fz_input *input, int32_t characters, fz_grammar *grammar) {
    memset(grammar, 0, sizeof *grammar);
    if (fz_byte(input) % 2) {
        read_chain(input, characters, grammar);
    } else {
        read_web(input, characters, grammar);
    }
    derive_layers(grammar);
    if (fz_seldom(input, 16)) {
        read_layers(input, characters, grammar);
    }
    end_somewhere(grammar);
    grammar->exact = fz_seldom(input, 32) ? 1 - grammar->exact : grammar->exact;
    grammar->grouped = fz_byte(input) % 2;
    grammar->density = read_density(input);
}

/* ---- as the core takes it ---- */

/* A copy of `count` items in a block of their own; of sizes that are none there is one item. */
static const void *copy(const void *items, int32_t count, int32_t most, size_t size) {
    size_t bytes = (size_t)(count < 1 || count > most ? 1 : count) * size;
    void *copied = malloc(bytes);
    EXPECT(copied);
    return memcpy(copied, items, bytes);
}

pe_graph fz_copy_graph(const fz_grammar *from) {
    const int32_t most_offsets = PE_JUNCTIONS * FZ_MOST_LAYERS + 1;
    int32_t nodes = from->nodes, arcs = from->arcs, layers = from->layers;
    int32_t offsets = layers >= 0 && layers <= FZ_MOST_LAYERS ? PE_JUNCTIONS * layers + 1 : 0;
    int32_t starts = nodes >= 0 && nodes <= FZ_MOST_NODES ? nodes + 1 : 0;
    int32_t choices_count = offsets ? from->layer_offset[offsets - 1] : 0;
    pe_graph graph = {0};
    graph.nodes = nodes;
    graph.arcs = arcs;
    graph.leaving = copy(from->leaving, starts, FZ_MOST_NODES + 1, sizeof *from->leaving);
    graph.character = copy(from->character, arcs, FZ_MOST_ARCS, sizeof *from->character);
    graph.junction = copy(from->junction, arcs, FZ_MOST_ARCS, sizeof *from->junction);
    graph.separator = copy(from->separator, arcs, FZ_MOST_ARCS, sizeof *from->separator);
    graph.destination = copy(from->destination, arcs, FZ_MOST_ARCS, sizeof *from->destination);
    graph.gain = copy(from->gain, arcs, FZ_MOST_ARCS, sizeof *from->gain);
    graph.end = copy(from->end, nodes, FZ_MOST_NODES, sizeof *from->end);
    graph.layers = layers;
    graph.layer_offset = copy(from->layer_offset, offsets, most_offsets, sizeof *from->layer_offset);
    graph.layer_character = copy(from->layer_character, choices_count, FZ_MOST_CHOICES, sizeof *from->layer_character);
    graph.layer_gain = copy(from->layer_gain, choices_count, FZ_MOST_CHOICES, sizeof *from->layer_gain);
    graph.layer_end = copy(from->layer_end, layers, FZ_MOST_LAYERS, sizeof *from->layer_end);
    graph.exact = from->exact;
    graph.grouped = from->grouped;
    graph.density = from->density;
    return graph;
}

void fz_free_graph(pe_graph *graph) {
    const void *arrays[] = {graph->leaving,         graph->character,  graph->junction, graph->separator,
                            graph->destination,     graph->gain,       graph->end,      graph->layer_offset,
                            graph->layer_character, graph->layer_gain, graph->layer_end};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        free((void *)(uintptr_t)arrays[i]);
    }
}

/* ---- what it accepts ---- */

int fz_accepts(const pe_graph *graph, int32_t characters, const uint8_t *signs, int32_t length) {
    uint8_t sets[2][FZ_MOST_NODES] = {{1}}, *here = sets[0], *next = sets[1];
    for (int32_t i = 0; i < length; i++) {
        int32_t separator = signs[i] >= characters ? 1 + signs[i++] - characters : 0;
        if (i == length) {
            return 0;
        }
        memset(next, 0, FZ_MOST_NODES);
        for (int32_t node = 0; node < graph->nodes; node++) {
            for (int32_t arc = graph->leaving[node]; here[node] && arc < graph->leaving[node + 1]; arc++) {
                int written = graph->character[arc] == signs[i] && graph->separator[arc] == separator;
                next[graph->destination[arc]] |= (uint8_t)written;
            }
        }
        uint8_t *spare = here;
        here = next;
        next = spare;
    }
    for (int32_t node = 0; node < graph->nodes; node++) {
        if (here[node] && graph->end[node] > -INFINITY) {
            return 1;
        }
    }
    return 0;
}
