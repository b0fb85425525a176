/* Takes frames of 64 bytes and more from a TPACKET_V3 ring and says what one costs: the yardstick of live-capture.sh.
 * From packet(7) and Documentation/networking/packet_mmap.rst; the same ring as the agent's: 64 MiB in blocks of
 * 512 KiB that are handed over after 20 ms, VLAN tags with 4 bytes reserved, frames that come in.
 *
 *   receive-ring INTERFACE BURSTS READY
 *
 * A line is written to READY when the ring is open. A burst ends after a second without frames. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Bursts that the median leaves out, as that of the Java receivers does. */
enum { WARM_UP = 8 };

enum { BLOCK = 512 << 10, BLOCKS = 128, FRAME = 2048, RESERVE = 4, BLOCK_TIMEOUT_MS = 20, WAIT_MS = 100 };

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void require(int holds, const char *what)
{
    if (!holds) {
        perror(what);
        exit(1);
    }
}

static int ascending(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

/* What a reader must at least touch of each frame: its lengths, its time, its first and last byte. */
static uint64_t walk(struct tpacket_block_desc *block, long *frames)
{
    uint64_t sum = 0;
    struct tpacket3_hdr *frame = (void *)((char *)block + block->hdr.bh1.offset_to_first_pkt);
    for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; i++) {
        const unsigned char *bytes = (unsigned char *)frame + frame->tp_mac;
        sum += frame->tp_snaplen + frame->tp_len + frame->tp_sec * 1000000000ull + frame->tp_nsec;
        sum += bytes[0] + bytes[frame->tp_snaplen - 1];
        frame = (void *)((char *)frame + frame->tp_next_offset);
    }
    *frames += block->hdr.bh1.num_pkts;
    return sum;
}

int main(int argc, char **argv)
{
    require(argc == 4, "receive-ring INTERFACE BURSTS READY");
    int bursts = atoi(argv[2]);
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    require(fd >= 0, "socket");
    int version = TPACKET_V3, reserve = RESERVE, one = 1;
    require(!setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version), "PACKET_VERSION");
    require(!setsockopt(fd, SOL_PACKET, PACKET_RESERVE, &reserve, sizeof reserve), "PACKET_RESERVE");
    require(!setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one), "PACKET_IGNORE_OUTGOING");
    struct tpacket_req3 request = {
        .tp_block_size = BLOCK, .tp_block_nr = BLOCKS, .tp_frame_size = FRAME, .tp_frame_nr = BLOCK / FRAME * BLOCKS,
        .tp_retire_blk_tov = BLOCK_TIMEOUT_MS, .tp_feature_req_word = TP_FT_REQ_FILL_RXHASH};
    require(!setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request), "PACKET_RX_RING");
    char *ring = mmap(NULL, (size_t)BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    require(ring != MAP_FAILED, "mmap");
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = if_nametoindex(argv[1])};
    require(!bind(fd, (struct sockaddr *)&address, sizeof address), "bind");

    FILE *ready = fopen(argv[3], "w");
    require(ready != NULL, argv[3]);
    fprintf(ready, "open\n");
    fclose(ready);

    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    double *nanos = calloc(bursts, sizeof *nanos);
    long handed = 0;
    uint64_t sum = 0;
    unsigned at = 0;
    for (int burst = 0; burst < bursts; burst++) {
        long frames = 0;
        double cpu = 0, last = 0;
        while (frames == 0 || seconds(CLOCK_MONOTONIC) - last < 1) {
            double before = seconds(CLOCK_THREAD_CPUTIME_ID);
            long had = frames;
            for (int i = 0; i < 100; i++) {
                struct tpacket_block_desc *block = (void *)(ring + (size_t)at * BLOCK);
                if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) {
                    poll(&waiting, 1, WAIT_MS);
                    break;
                }
                sum += walk(block, &frames);
                __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
                at = (at + 1) % BLOCKS;
            }
            if (frames > had) {
                cpu += seconds(CLOCK_THREAD_CPUTIME_ID) - before;
                last = seconds(CLOCK_MONOTONIC);
            }
        }
        handed += frames;
        nanos[burst] = cpu * 1e9 / frames;
    }
    struct tpacket_stats_v3 statistics;
    socklen_t length = sizeof statistics;
    require(!getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length), "PACKET_STATISTICS");

    int counted = bursts - WARM_UP;
    qsort(nanos + WARM_UP, counted, sizeof *nanos, ascending);
    printf("%-5s handed over %ld, received %u, dropped %u; CPU ns a frame: median %.1f, from %.1f to %.1f\n", "c", handed,
        statistics.tp_packets, statistics.tp_drops, nanos[WARM_UP + counted / 2], nanos[WARM_UP], nanos[bursts - 1]);
    return sum == 0;
}
