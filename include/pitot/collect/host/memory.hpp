#pragma once
// meminfo: /proc/meminfo, every field of it.

#include <pitot/collect/host/part.hpp>
#include <pitot/model/name.hpp>

#include <string>
#include <string_view>

namespace pitot::collect {

// The name is the field's: Active(anon) becomes Active_anon, and fields in kB become bytes and end so. In the order in
// which kernels print them, so that the next row is found at the first look.
// clang-format off: one row, one line
inline constexpr metric meminfo_metrics[] = {
    {.name = "node_memory_MemTotal_bytes",
     .vector = "memory_total_bytes",
     .unit = "bytes",
     .help = "Usable memory.",
     .source = "/proc/meminfo MemTotal"},
    {.name = "node_memory_MemFree_bytes",
     .vector = "memory_free_bytes",
     .unit = "bytes",
     .help = "Memory that nothing uses, not even a cache.",
     .source = "/proc/meminfo MemFree"},
    {.name = "node_memory_MemAvailable_bytes",
     .vector = "memory_available_bytes",
     .unit = "bytes",
     .help = "What new programs can have without swapping, as the kernel estimates it.",
     .source = "/proc/meminfo MemAvailable"},
    {.name = "node_memory_Buffers_bytes",
     .vector = "memory_buffers_bytes",
     .unit = "bytes",
     .help = "Buffers of raw disk blocks.",
     .source = "/proc/meminfo Buffers"},
    {.name = "node_memory_Cached_bytes",
     .vector = "memory_cached_bytes",
     .unit = "bytes",
     .help = "Page cache of files, shared memory included, swap cache not.",
     .source = "/proc/meminfo Cached"},
    {.name = "node_memory_SwapCached_bytes",
     .unit = "bytes",
     .help = "Swapped in again and still valid on the swap device.",
     .source = "/proc/meminfo SwapCached"},
    {.name = "node_memory_Active_bytes",
     .vector = "memory_active_bytes",
     .unit = "bytes",
     .help = "Recently used, not reclaimed unless needed.",
     .source = "/proc/meminfo Active"},
    {.name = "node_memory_Inactive_bytes",
     .unit = "bytes",
     .help = "Less recently used, first to be reclaimed.",
     .source = "/proc/meminfo Inactive"},
    {.name = "node_memory_Active_anon_bytes",
     .unit = "bytes",
     .help = "Anonymous memory on the active list.",
     .source = "/proc/meminfo Active(anon)"},
    {.name = "node_memory_Inactive_anon_bytes",
     .unit = "bytes",
     .help = "Anonymous memory on the inactive list.",
     .source = "/proc/meminfo Inactive(anon)"},
    {.name = "node_memory_Active_file_bytes",
     .unit = "bytes",
     .help = "File pages on the active list.",
     .source = "/proc/meminfo Active(file)"},
    {.name = "node_memory_Inactive_file_bytes",
     .unit = "bytes",
     .help = "File pages on the inactive list.",
     .source = "/proc/meminfo Inactive(file)"},
    {.name = "node_memory_Unevictable_bytes",
     .unit = "bytes",
     .help = "Memory that cannot be reclaimed.",
     .source = "/proc/meminfo Unevictable"},
    {.name = "node_memory_Mlocked_bytes",
     .unit = "bytes",
     .help = "Memory locked by mlock(2).",
     .source = "/proc/meminfo Mlocked"},
    {.name = "node_memory_SwapTotal_bytes",
     .vector = "memory_swap_total_bytes",
     .unit = "bytes",
     .help = "Swap space.",
     .source = "/proc/meminfo SwapTotal"},
    {.name = "node_memory_SwapFree_bytes",
     .vector = "memory_swap_free_bytes",
     .unit = "bytes",
     .help = "Swap space not in use.",
     .source = "/proc/meminfo SwapFree"},
    {.name = "node_memory_Zswap_bytes",
     .unit = "bytes",
     .help = "Memory of the zswap pool, compressed.",
     .source = "/proc/meminfo Zswap"},
    {.name = "node_memory_Zswapped_bytes",
     .unit = "bytes",
     .help = "What lies in zswap, before compression.",
     .source = "/proc/meminfo Zswapped"},
    {.name = "node_memory_Dirty_bytes",
     .unit = "bytes",
     .help = "Waits to be written to disk.",
     .source = "/proc/meminfo Dirty"},
    {.name = "node_memory_Writeback_bytes",
     .unit = "bytes",
     .help = "Is being written to disk.",
     .source = "/proc/meminfo Writeback"},
    {.name = "node_memory_AnonPages_bytes",
     .unit = "bytes",
     .help = "Anonymous pages mapped by programs.",
     .source = "/proc/meminfo AnonPages"},
    {.name = "node_memory_Mapped_bytes",
     .unit = "bytes",
     .help = "Files mapped by programs.",
     .source = "/proc/meminfo Mapped"},
    {.name = "node_memory_Shmem_bytes",
     .vector = "memory_shared_bytes",
     .unit = "bytes",
     .help = "Shared memory and tmpfs.",
     .source = "/proc/meminfo Shmem"},
    {.name = "node_memory_KReclaimable_bytes",
     .unit = "bytes",
     .help = "Kernel memory that can be reclaimed.",
     .source = "/proc/meminfo KReclaimable"},
    {.name = "node_memory_Slab_bytes",
     .unit = "bytes",
     .help = "The kernel's data structures.",
     .source = "/proc/meminfo Slab"},
    {.name = "node_memory_SReclaimable_bytes",
     .unit = "bytes",
     .help = "Slab that can be reclaimed.",
     .source = "/proc/meminfo SReclaimable"},
    {.name = "node_memory_SUnreclaim_bytes",
     .unit = "bytes",
     .help = "Slab that cannot be reclaimed.",
     .source = "/proc/meminfo SUnreclaim"},
    {.name = "node_memory_KernelStack_bytes",
     .unit = "bytes",
     .help = "Kernel stacks of all tasks.",
     .source = "/proc/meminfo KernelStack"},
    {.name = "node_memory_ShadowCallStack_bytes",
     .unit = "bytes",
     .help = "Shadow call stacks of all tasks.",
     .source = "/proc/meminfo ShadowCallStack"},
    {.name = "node_memory_PageTables_bytes",
     .unit = "bytes",
     .help = "Page tables of programs.",
     .source = "/proc/meminfo PageTables"},
    {.name = "node_memory_SecPageTables_bytes",
     .unit = "bytes",
     .help = "Secondary page tables, of virtual machines.",
     .source = "/proc/meminfo SecPageTables"},
    {.name = "node_memory_NFS_Unstable_bytes",
     .unit = "bytes",
     .help = "Sent to an NFS server, not yet stored there.",
     .source = "/proc/meminfo NFS_Unstable"},
    {.name = "node_memory_Bounce_bytes",
     .unit = "bytes",
     .help = "Bounce buffers of block devices.",
     .source = "/proc/meminfo Bounce"},
    {.name = "node_memory_WritebackTmp_bytes",
     .unit = "bytes",
     .help = "FUSE's buffers for writing back.",
     .source = "/proc/meminfo WritebackTmp"},
    {.name = "node_memory_CommitLimit_bytes",
     .unit = "bytes",
     .help = "What can be promised under strict overcommit.",
     .source = "/proc/meminfo CommitLimit"},
    {.name = "node_memory_Committed_AS_bytes",
     .unit = "bytes",
     .help = "What programs were promised, used or not.",
     .source = "/proc/meminfo Committed_AS"},
    {.name = "node_memory_VmallocTotal_bytes",
     .unit = "bytes",
     .help = "Address space for vmalloc.",
     .source = "/proc/meminfo VmallocTotal"},
    {.name = "node_memory_VmallocUsed_bytes",
     .unit = "bytes",
     .help = "Address space in use by vmalloc.",
     .source = "/proc/meminfo VmallocUsed"},
    {.name = "node_memory_VmallocChunk_bytes",
     .unit = "bytes",
     .help = "Largest free block of vmalloc's address space.",
     .source = "/proc/meminfo VmallocChunk"},
    {.name = "node_memory_Percpu_bytes",
     .unit = "bytes",
     .help = "The kernel's memory for each processor.",
     .source = "/proc/meminfo Percpu"},
    {.name = "node_memory_EarlyMemtestBad_bytes",
     .unit = "bytes",
     .help = "Found bad by the memory test at boot.",
     .source = "/proc/meminfo EarlyMemtestBad"},
    {.name = "node_memory_HardwareCorrupted_bytes",
     .unit = "bytes",
     .help = "Taken out of use after hardware errors.",
     .source = "/proc/meminfo HardwareCorrupted"},
    {.name = "node_memory_AnonHugePages_bytes",
     .unit = "bytes",
     .help = "Anonymous memory in transparent huge pages.",
     .source = "/proc/meminfo AnonHugePages"},
    {.name = "node_memory_ShmemHugePages_bytes",
     .unit = "bytes",
     .help = "Shared memory in huge pages.",
     .source = "/proc/meminfo ShmemHugePages"},
    {.name = "node_memory_ShmemPmdMapped_bytes",
     .unit = "bytes",
     .help = "Shared memory mapped by huge pages.",
     .source = "/proc/meminfo ShmemPmdMapped"},
    {.name = "node_memory_FileHugePages_bytes",
     .unit = "bytes",
     .help = "Page cache in huge pages.",
     .source = "/proc/meminfo FileHugePages"},
    {.name = "node_memory_FilePmdMapped_bytes",
     .unit = "bytes",
     .help = "Page cache mapped by huge pages.",
     .source = "/proc/meminfo FilePmdMapped"},
    {.name = "node_memory_CmaTotal_bytes",
     .unit = "bytes",
     .help = "Reserved for contiguous allocation.",
     .source = "/proc/meminfo CmaTotal"},
    {.name = "node_memory_CmaFree_bytes",
     .unit = "bytes",
     .help = "Reserved for contiguous allocation and free.",
     .source = "/proc/meminfo CmaFree"},
    {.name = "node_memory_Unaccepted_bytes",
     .unit = "bytes",
     .help = "Not yet accepted by a confidential guest.",
     .source = "/proc/meminfo Unaccepted"},
    {.name = "node_memory_Balloon_bytes",
     .unit = "bytes",
     .help = "Given back to the hypervisor.",
     .source = "/proc/meminfo Balloon"},
    {.name = "node_memory_HugePages_Total",
     .help = "Pages in the huge page pool.",
     .source = "/proc/meminfo HugePages_Total"},
    {.name = "node_memory_HugePages_Free",
     .help = "Free pages in the huge page pool.",
     .source = "/proc/meminfo HugePages_Free"},
    {.name = "node_memory_HugePages_Rsvd",
     .help = "Huge pages promised, not yet allocated.",
     .source = "/proc/meminfo HugePages_Rsvd"},
    {.name = "node_memory_HugePages_Surp",
     .help = "Huge pages above the pool's size.",
     .source = "/proc/meminfo HugePages_Surp"},
    {.name = "node_memory_Hugepagesize_bytes",
     .unit = "bytes",
     .help = "Size of one huge page.",
     .source = "/proc/meminfo Hugepagesize"},
    {.name = "node_memory_Hugetlb_bytes",
     .unit = "bytes",
     .help = "Huge pages of all sizes.",
     .source = "/proc/meminfo Hugetlb"},
    {.name = "node_memory_DirectMap4k_bytes",
     .unit = "bytes",
     .help = "Mapped by the kernel in pages of 4 KiB.",
     .source = "/proc/meminfo DirectMap4k"},
    {.name = "node_memory_DirectMap2M_bytes",
     .unit = "bytes",
     .help = "Mapped by the kernel in pages of 2 MiB.",
     .source = "/proc/meminfo DirectMap2M"},
    {.name = "node_memory_DirectMap4M_bytes",
     .unit = "bytes",
     .help = "Mapped by the kernel in pages of 4 MiB.",
     .source = "/proc/meminfo DirectMap4M"},
    {.name = "node_memory_DirectMap1G_bytes",
     .unit = "bytes",
     .help = "Mapped by the kernel in pages of 1 GiB.",
     .source = "/proc/meminfo DirectMap1G"},
    {.name = "node_memory_*_bytes",
     .help = "A field of /proc/meminfo that this table does not know.",
     .source = "/proc/meminfo"},
    {.vector = "memory_used_bytes",
     .unit = "bytes",
     .help = "Neither free nor buffer nor cache.",
     .source = "/proc/meminfo MemTotal - MemFree - Buffers - Cached"},
    {.vector = "memory_swap_used_bytes",
     .unit = "bytes",
     .help = "Swap space in use.",
     .source = "/proc/meminfo SwapTotal - SwapFree"},
};
// clang-format on
inline constexpr metric_table meminfo_table = {"meminfo", "memory", meminfo_metrics};

class meminfo_part final : public host_part {
public:
    explicit meminfo_part(const host_context& host) : file_(host.proc("meminfo")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view line;
        std::size_t row = 0;
        sums have;
        while (next_line(rest, line)) {
            std::string_view key = next_until(line, ':');
            double value = 0;
            if (!next_number(line, value)) {
                malformed(file_.path(), concat("no number for ", key.substr(0, 80)), out);
                continue;
            }
            const std::string_view unit = next_word(line);
            if (unit == "kB") value *= 1024;
            if (find(key, row)) {
                out.add(row, value);
                have.take(row, value);
                ++row;
            } else {
                add_unknown(key, unit == "kB", value, out);
            }
        }
        if (!out.vector_on()) return;
        if (have.seen[0] && have.seen[1] && have.seen[3] && have.seen[4])
            out.add(used, have.value[0] - have.value[1] - have.value[3] - have.value[4]);
        if (have.seen[14] && have.seen[15]) out.add(swap_used, have.value[14] - have.value[15]);
    }

private:
    static constexpr std::size_t known = std::size(meminfo_metrics) - 3;
    static constexpr std::size_t other = known;
    static constexpr std::size_t used = known + 1;
    static constexpr std::size_t swap_used = known + 2;
    static constexpr std::size_t prefix = std::string_view("/proc/meminfo ").size();

    /// The fields that Vector's sums are made of: total, free, buffers, cached and swap.
    struct sums {
        double value[16] = {};
        bool seen[16] = {};
        void take(std::size_t row, double v) noexcept
        {
            if (row >= std::size(value)) return;
            value[row] = v;
            seen[row] = true;
        }
    };

    /// The row of a field, looked for from the row expected next.
    static bool find(std::string_view key, std::size_t& row) noexcept
    {
        for (std::size_t i = 0; i < known; ++i) {
            const std::size_t at = row + i < known ? row + i : row + i - known;
            if (meminfo_metrics[at].source.substr(prefix) != key) continue;
            row = at;
            return true;
        }
        return false;
    }

    static void add_unknown(std::string_view key, bool bytes, double value, emitter& out)
    {
        if (key.empty() || key.size() > 64) return;
        std::string name = "node_memory_";
        for (const char c : key)
            if (pitot::detail::is_name_char(c))
                name += c;
            else if (c != ')')
                name += '_';
        if (bytes) name += "_bytes";
        out.add_named(out.keep(name), other, labels_id::none, value);
    }

    kept_file file_;
};

}  // namespace pitot::collect
