#include "graph.h"

#include <math.h>
#include <string.h>

#include "../common/exact.h"

#define LEAST_PRIOR (-1048576.0)
#define LEAST_DENSITY 1e-100 /* one code of 32 characters has more in any alphabet */
#define MOST_DENSITY 1e30    /* separators that may be left out count a text several times */

/* FNV-1a, 64 bits: Fowler, Noll and Vo, IETF draft, section 2. */
#define FNV_BASIS 0xCBF29CE484222325u
#define FNV_PRIME 0x00000100000001B3u

static uint64_t stir(uint64_t hash, const void *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * FNV_PRIME;
    }
    return hash;
}

/* Of all that is in the struct, but for the seal itself. */
static uint64_t seal_of(const pe_graph *graph, int32_t characters) {
    const int32_t sizes[] = {characters, graph->nodes, graph->arcs, graph->layers, graph->exact, graph->grouped};
    const void *arrays[] = {graph->leaving,         graph->character,  graph->junction, graph->separator,
                            graph->destination,     graph->gain,       graph->end,      graph->layer_offset,
                            graph->layer_character, graph->layer_gain, graph->layer_end};
    uint64_t hash = stir(FNV_BASIS, sizes, sizeof sizes);
    hash = stir(hash, arrays, sizeof arrays);
    return stir(hash, &graph->density, sizeof graph->density);
}

int pe_is_sealed(const pe_graph *graph, int32_t characters) {
    return graph->seal == seal_of(graph, characters);
}

/* A log-prior in fixed point. */
static int is_prior(double x) {
    return x <= 0 && x >= LEAST_PRIOR && x == pe_fixed(x);
}

static int is_end(double x) {
    return x == -INFINITY || is_prior(x);
}

static int has_arrays(const pe_graph *graph) {
    return graph->leaving && graph->character && graph->junction && graph->separator && graph->destination &&
           graph->gain && graph->end && graph->layer_offset && graph->layer_character && graph->layer_gain &&
           graph->layer_end;
}

static int has_sizes(const pe_graph *graph) {
    return graph->nodes >= 2 && graph->arcs >= 1 && graph->layers >= 2 && graph->layers <= PE_LONGEST_CODE + 1 &&
           (graph->exact == 0 || graph->exact == 1) && (graph->grouped == 0 || graph->grouped == 1) &&
           graph->density >= LEAST_DENSITY && graph->density <= MOST_DENSITY;
}

/* An arc of a node: in range, and behind the one before it by character and separator, so that there are few. */
static int is_arc(const pe_graph *graph, int32_t characters, int32_t node, int32_t arc) {
    int32_t character = graph->character[arc], separator = graph->separator[arc];
    if (character < 0 || character >= characters || separator > PE_MOST_SEPARATORS) {
        return 0;
    }
    if (graph->junction[arc] >= PE_JUNCTIONS || (graph->junction[arc] == PE_PLAIN) != (separator == 0)) {
        return 0;
    }
    if (node == 0 && separator) {
        return 0;
    }
    if (graph->destination[arc] <= node || graph->destination[arc] >= graph->nodes || !is_prior(graph->gain[arc])) {
        return 0;
    }
    if (arc == graph->leaving[node]) {
        return 1;
    }
    int32_t before = graph->character[arc - 1];
    return before < character || (before == character && graph->separator[arc - 1] < separator);
}

static int are_arcs(const pe_graph *graph, int32_t characters) {
    if (graph->leaving[0] != 0 || graph->leaving[graph->nodes] != graph->arcs || graph->end[0] != -INFINITY) {
        return 0;
    }
    for (int32_t node = 0; node < graph->nodes; node++) {
        int32_t begin = graph->leaving[node], end = graph->leaving[node + 1];
        if (begin > end || end > graph->arcs || !is_end(graph->end[node])) {
            return 0;
        }
        for (int32_t arc = begin; arc < end; arc++) {
            if (!is_arc(graph, characters, node, arc)) {
                return 0;
            }
        }
    }
    return 1;
}

static int is_choice(const pe_graph *graph, int32_t characters, const int32_t *offset) {
    for (int32_t i = offset[0]; i < offset[1]; i++) {
        int32_t character = graph->layer_character[i];
        int32_t least = i > offset[0] ? graph->layer_character[i - 1] + 1 : 0;
        if (character < least || character >= characters || !is_prior(graph->layer_gain[i])) {
            return 0;
        }
    }
    return 1;
}

static int are_layers(const pe_graph *graph, int32_t characters) {
    int32_t choices = PE_JUNCTIONS * graph->layers, all = graph->layer_offset[choices], ends = 0;
    if (graph->layer_offset[0] != 0) {
        return 0;
    }
    for (int32_t i = 0; i < choices; i++) {
        int32_t begin = graph->layer_offset[i], end = graph->layer_offset[i + 1];
        if (begin > end || end > all || end - begin > characters ||
            !is_choice(graph, characters, &graph->layer_offset[i])) {
            return 0;
        }
    }
    for (int32_t layer = 0; layer < graph->layers; layer++) {
        if (!is_end(graph->layer_end[layer])) {
            return 0;
        }
        ends += graph->layer_end[layer] > -INFINITY;
    }
    return ends > 0 && graph->layer_end[0] == -INFINITY;
}

pe_status pe_graph_check(pe_graph *graph, const pe_net *net) {
    if (!graph || !net || net->characters < 1 || net->characters > PE_MOST_CHARACTERS) {
        return PE_INVALID;
    }
    graph->seal = 0;
    if (!has_arrays(graph) || !has_sizes(graph) || !are_arcs(graph, net->characters) ||
        !are_layers(graph, net->characters)) {
        return PE_INVALID;
    }
    graph->seal = seal_of(graph, net->characters);
    return PE_OK;
}

pe_choice pe_choices(const pe_graph *graph, int32_t written, int32_t junction) {
    const int32_t *offset = &graph->layer_offset[PE_JUNCTIONS * written + junction];
    return (pe_choice){offset[0], offset[1] - offset[0]};
}

int32_t pe_shortest(const pe_graph *graph) {
    int32_t written = 0;
    while (written + 1 < graph->layers && !(graph->layer_end[written] > -INFINITY)) {
        written++;
    }
    return written;
}

/* A set of nodes: a bit for each, and a list of those that are in it. */
typedef struct {
    uint8_t *bits;
    int32_t *nodes;
    int32_t count;
} pe_nodes;

static int take_nodes(pe_arena *arena, int32_t nodes, pe_nodes *set) {
    size_t bytes = (size_t)nodes / 8 + 1;
    set->bits = pe_take(arena, bytes, 1);
    set->nodes = pe_take(arena, (size_t)nodes, sizeof *set->nodes);
    set->count = 0;
    if (set->bits && set->nodes) {
        memset(set->bits, 0, bytes);
    }
    return set->bits && set->nodes;
}

static void add_node(pe_nodes *set, int32_t node) {
    uint8_t bit = (uint8_t)(1u << (node % 8));
    if (!(set->bits[node / 8] & bit)) {
        set->bits[node / 8] |= bit;
        set->nodes[set->count++] = node;
    }
}

static void clear(pe_nodes *set) {
    for (int32_t i = 0; i < set->count; i++) {
        set->bits[set->nodes[i] / 8] = 0;
    }
    set->count = 0;
}

/* Separators make the graph ambiguous, so it is walked with the set of all nodes that may have been reached. */
pe_status pe_allows(pe_arena *arena, const pe_graph *graph, const uint8_t *characters, int32_t length, int *allowed) {
    pe_nodes here, next;
    if (!take_nodes(arena, graph->nodes, &here) || !take_nodes(arena, graph->nodes, &next)) {
        return PE_ARENA_FULL;
    }
    add_node(&here, 0);
    for (int32_t i = 0; i < length; i++) {
        for (int32_t n = 0; n < here.count; n++) {
            for (int32_t arc = graph->leaving[here.nodes[n]]; arc < graph->leaving[here.nodes[n] + 1]; arc++) {
                if (graph->character[arc] == characters[i]) {
                    add_node(&next, graph->destination[arc]);
                }
            }
        }
        clear(&here);
        pe_nodes spare = here;
        here = next;
        next = spare;
    }
    *allowed = 0;
    for (int32_t n = 0; n < here.count; n++) {
        *allowed |= graph->end[here.nodes[n]] > -INFINITY;
    }
    return PE_OK;
}
