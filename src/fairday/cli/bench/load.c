/* Fires prepared HTTP/1.1 requests at a server on this machine and says how it went, as one line of JSON.
 *
 *   load PORT CONNECTIONS REQUESTS ANSWERS SECONDS RATE TIMEOUT_MS
 *
 * REQUESTS is a file of whole requests, each after its length (4 bytes, little endian); each is sent once. RATE 0 is a
 * closed loop: a connection sends the next request when it has its answer. Any other RATE is an open loop: request
 * number i is due at i / RATE seconds, whether or not a connection is free then, and its latency counts from when it was
 * due, so a server that stalls cannot hide it. After SECONDS, or when the requests are used up, no more are begun; those
 * under way are waited for. ANSWERS ("-" for none) gets, for every answer, the request's number (4 bytes), status (2),
 * length (4) and body.
 *
 * One thread, one epoll set. Latencies go into logarithmic buckets, 128 to each power of two: within 0.8 %.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_LIMIT = 4096,
    SECONDS_LIMIT = 3600,
    ANSWER_LIMIT = 1 << 20,
    BUFFER_START = 8192,
    EVENTS = 256,
    SUB_BITS = 7,
    SUB = 1 << SUB_BITS,
    BUCKETS = (64 - SUB_BITS) * SUB,
    STATUSES = 600,
    LENGTH_BYTES = 4,
};
static const int64_t SECOND_NS = 1000000000, MS_NS = 1000000;

typedef struct {
    const char *bytes;
    uint32_t length;
} request;

typedef struct {
    int fd;
    bool busy, connecting;
    uint32_t number;  /* of the request under way */
    size_t sent, held, room;
    int64_t due_ns, begun_ns;
    char *answer;
} connection;

static request *requests;
static uint32_t requests_count, next_request;
static connection connections[CONNECTIONS_LIMIT];
static int connections_count, epoll_fd, timer_fd, busy_count;
static int *idle;  /* a stack of connections with nothing to do */
static int idle_count;
static struct sockaddr_in address;
static FILE *answers;
static uint64_t latencies[BUCKETS], by_status[STATUSES], answered, broken, timed_out;
static int64_t begun_ns, last_ns, longest_ns, timeout_ns;

static void stop(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "wrong");
    exit(2);
}

static int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * SECOND_NS + at.tv_nsec;
}

static void read_requests(const char *path) {
    int fd = open(path, O_RDONLY);
    struct stat file;
    if (fd < 0 || fstat(fd, &file) < 0 || file.st_size == 0) stop(path);
    size_t size = (size_t)file.st_size, at = 0;
    const char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (bytes == MAP_FAILED) stop(path);
    close(fd);
    size_t room = 1024;
    requests = malloc(room * sizeof *requests);
    while (requests && at + LENGTH_BYTES <= size) {
        uint32_t length;
        memcpy(&length, bytes + at, LENGTH_BYTES);
        at += LENGTH_BYTES;
        if (length == 0 || length > size - at) stop("the file of requests is cut short");
        if (requests_count == room) requests = realloc(requests, (room *= 2) * sizeof *requests);
        if (requests) requests[requests_count++] = (request){bytes + at, length};
        at += length;
    }
    if (!requests || requests_count == 0) stop("no requests");
}

/* --------------------------------------------------------------------------------------------------- the figures */

static unsigned bucket_of(uint64_t ns) {
    if (ns < SUB) return (unsigned)ns;
    unsigned power = 63U - (unsigned)__builtin_clzll(ns);
    return (power - SUB_BITS + 1) * SUB + (unsigned)((ns >> (power - SUB_BITS)) - SUB);
}

static uint64_t middle_of(unsigned bucket) {
    if (bucket < 2 * SUB) return bucket;
    unsigned shift = bucket / SUB - 1;
    return ((uint64_t)(bucket % SUB + SUB) << shift) + ((uint64_t)1 << shift) / 2;
}

static double quantile_ms(double wanted) {
    uint64_t rank = (uint64_t)(wanted * (double)answered), seen = 0;
    for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
        seen += latencies[bucket];
        if (seen > rank) return (double)middle_of(bucket) / (double)MS_NS;
    }
    return (double)longest_ns / (double)MS_NS;
}

static double seconds_of(struct timeval at) { return (double)at.tv_sec + (double)at.tv_usec / 1e6; }

static void tell(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("{\"begun\": %u, \"answered\": %llu, \"broken\": %llu, \"timed_out\": %llu, \"seconds\": %.6f, ", next_request,
           (unsigned long long)answered, (unsigned long long)broken, (unsigned long long)timed_out,
           (double)(last_ns - begun_ns) / (double)SECOND_NS);
    printf("\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f, \"max_ms\": %.3f, \"cpu_s\": %.3f, \"statuses\": {",
           quantile_ms(0.5), quantile_ms(0.99), quantile_ms(0.999), (double)longest_ns / (double)MS_NS,
           seconds_of(used.ru_utime) + seconds_of(used.ru_stime));
    const char *comma = "";
    for (int status = 0; status < STATUSES; status++) {
        if (!by_status[status]) continue;
        printf("%s\"%d\": %llu", comma, status, (unsigned long long)by_status[status]);
        comma = ", ";
    }
    printf("}}\n");
}

static void keep_answer(const connection *one, int status, const char *body, size_t length) {
    if (!answers) return;
    uint32_t number = one->number, size = (uint32_t)length;
    uint16_t short_status = (uint16_t)status;
    if (fwrite(&number, sizeof number, 1, answers) != 1 || fwrite(&short_status, sizeof short_status, 1, answers) != 1 ||
        fwrite(&size, sizeof size, 1, answers) != 1 || (length && fwrite(body, length, 1, answers) != 1))
        stop("cannot write the answers");
}

/* ------------------------------------------------------------------------------------------------ the connections */

static void rest(connection *one) {
    if (one->busy) busy_count--;
    one->busy = false;
    one->held = 0;
    idle[idle_count++] = (int)(one - connections);
}

static void connect_one(connection *one) {
    if (one->fd > 0) close(one->fd);
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (one->fd < 0) stop("socket");
    int on = 1;
    setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    one->connecting = connect(one->fd, (struct sockaddr *)&address, sizeof address) < 0;
    if (one->connecting && errno != EINPROGRESS) stop("connect");
    one->held = 0;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = one};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, one->fd, &event) < 0) stop("epoll_ctl");
}

/* A connection that broke under a request loses it: whether it was carried out, only the store knows. */
static void lose(connection *one) {
    if (one->busy) {
        broken++;
        last_ns = now_ns();
        keep_answer(one, 0, NULL, 0);
    }
    connect_one(one);
    rest(one);
}

static void send_rest(connection *one) {
    const request *wanted = &requests[one->number];
    while (!one->connecting && one->sent < wanted->length) {
        ssize_t done = send(one->fd, wanted->bytes + one->sent, wanted->length - one->sent, MSG_NOSIGNAL);
        if (done > 0) {
            one->sent += (size_t)done;
        } else if (done < 0 && errno == EINTR) {
            continue;
        } else {
            if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
            lose(one);
            return;
        }
    }
}

static void begin(connection *one, int64_t due_ns) {
    one->number = next_request++;
    one->busy = true;
    one->sent = one->held = 0;
    one->due_ns = due_ns;
    one->begun_ns = now_ns();
    busy_count++;
    send_rest(one);
}

/* The length of the whole answer once its head is here; 0 while it is not. */
static size_t whole_length(const connection *one, int *status, size_t *head) {
    const char *end = memmem(one->answer, one->held, "\r\n\r\n", 4);
    if (!end) return 0;
    *head = (size_t)(end - one->answer) + 4;
    if (*head < 13 || memcmp(one->answer, "HTTP/1.", 7) != 0) return SIZE_MAX;
    *status = atoi(one->answer + 9);
    for (const char *line = memchr(one->answer, '\n', *head); line && line < end; line = memchr(line, '\n', *head)) {
        line++;
        if (strncasecmp(line, "content-length:", 15) == 0) return *head + strtoul(line + 15, NULL, 10);
    }
    return SIZE_MAX;  /* chunked, or without a length: not what this client is for */
}

static void finish(connection *one, int status, size_t head, size_t whole) {
    last_ns = now_ns();
    int64_t took_ns = last_ns - one->due_ns;
    latencies[bucket_of((uint64_t)took_ns)]++;
    if (took_ns > longest_ns) longest_ns = took_ns;
    answered++;
    by_status[status > 0 && status < STATUSES ? status : 0]++;
    keep_answer(one, status, one->answer + head, whole - head);
    rest(one);
}

static void receive(connection *one) {
    while (one->busy) {
        if (one->held + 1 >= one->room) {
            one->room = one->room ? one->room * 2 : BUFFER_START;
            one->answer = realloc(one->answer, one->room);
            if (!one->answer) stop("memory");
        }
        ssize_t got = recv(one->fd, one->answer + one->held, one->room - one->held - 1, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (got <= 0) {
            lose(one);
            return;
        }
        one->held += (size_t)got;
        one->answer[one->held] = 0;
        int status = 0;
        size_t head = 0, whole = whole_length(one, &status, &head);
        if (whole == SIZE_MAX || one->held > ANSWER_LIMIT || (whole && one->held > whole)) lose(one);
        else if (whole && one->held == whole) finish(one, status, head, whole);
    }
}

static void heard(connection *one, uint32_t events) {
    if (one->connecting && (events & (EPOLLOUT | EPOLLERR))) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(one->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        errno = error;
        if (error) stop("nobody listens there");
        one->connecting = false;
    }
    if (one->busy && (events & EPOLLOUT)) send_rest(one);
    if (one->busy && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) receive(one);
    else if (!one->busy && (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))) connect_one(one);
}

static void give_up_late(int64_t now) {
    for (int i = 0; i < connections_count; i++) {
        connection *one = &connections[i];
        if (!one->busy || now - one->begun_ns < timeout_ns) continue;
        timed_out++;
        last_ns = now;
        keep_answer(one, 0, NULL, 0);
        connect_one(one);
        rest(one);
    }
}

/* ------------------------------------------------------------------------------------------------------ the loops */

static void wake_at(int64_t at_ns) {
    struct itimerspec when = {.it_value = {.tv_sec = at_ns / SECOND_NS, .tv_nsec = at_ns % SECOND_NS}};
    if (timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL) < 0) stop("timerfd_settime");
}

/* Begin what may be begun now. Answers whether more will follow. */
static bool begin_more(int64_t end_ns, double rate) {
    int64_t now = now_ns();
    if (rate > 0) {
        /* What was due before the end is sent even if no connection was free then: else a stall would lose its wait. */
        while (next_request < requests_count) {
            int64_t due = begun_ns + (int64_t)((double)next_request / rate * (double)SECOND_NS);
            if (due >= end_ns) return false;
            if (due > now) {
                wake_at(due);
                return true;
            }
            if (!idle_count) return true;
            begin(&connections[idle[--idle_count]], due);
        }
        return false;
    }
    while (idle_count && next_request < requests_count && now < end_ns) begin(&connections[idle[--idle_count]], now_ns());
    return next_request < requests_count && now < end_ns;
}

static void run(double seconds, double rate) {
    struct epoll_event events[EVENTS];
    begun_ns = last_ns = now_ns();
    int64_t end_ns = begun_ns + (int64_t)(seconds * (double)SECOND_NS), look_ns = begun_ns;
    while (begin_more(end_ns, rate) || busy_count) {
        int count = epoll_wait(epoll_fd, events, EVENTS, 100);
        if (count < 0 && errno != EINTR) stop("epoll_wait");
        for (int i = 0; i < count; i++) {
            uint64_t expirations;
            if (events[i].data.ptr) heard(events[i].data.ptr, events[i].events);
            else if (read(timer_fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN) stop("timerfd");
        }
        int64_t now = now_ns();
        if (now - look_ns > 100 * MS_NS) give_up_late(look_ns = now);
        if (now > end_ns + timeout_ns + timeout_ns) break;  /* an open loop that fell behind without end */
    }
}

int main(int count, char **given) {
    if (count != 8) {
        fprintf(stderr, "usage: load PORT CONNECTIONS REQUESTS ANSWERS SECONDS RATE TIMEOUT_MS\n");
        return 2;
    }
    long port = strtol(given[1], NULL, 10);
    connections_count = (int)strtol(given[2], NULL, 10);
    double seconds = strtod(given[5], NULL), rate = strtod(given[6], NULL);
    timeout_ns = strtol(given[7], NULL, 10) * MS_NS;
    if (port < 1 || port > 65535 || connections_count < 1 || connections_count > CONNECTIONS_LIMIT || seconds <= 0 ||
        seconds > SECONDS_LIMIT || rate < 0 || timeout_ns <= 0) {
        fprintf(stderr, "load: a figure is out of range\n");
        return 2;
    }
    read_requests(given[3]);
    if (strcmp(given[4], "-") != 0 && !(answers = fopen(given[4], "wb"))) stop(given[4]);
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event ticks = {.events = EPOLLIN};
    if (epoll_fd < 0 || timer_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &ticks) < 0) stop("epoll");
    idle = malloc((size_t)connections_count * sizeof *idle);
    if (!idle) stop("memory");
    for (int i = 0; i < connections_count; i++) {
        connect_one(&connections[i]);
        rest(&connections[i]);
    }
    run(seconds, rate);
    if (answers && fclose(answers) != 0) stop(given[4]);
    tell();
    return 0;
}
