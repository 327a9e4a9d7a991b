using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.Programs;

/// <summary>Looks for words in a file that is too large to be held: what linking leaves in a program.</summary>
internal static class FileWords
{
    // A program that holds a word further in than this is not worth the time at each start.
    private const long SearchedBytes = 512L * 1024 * 1024;

    private const int BlockBytes = 256 * 1024;

    /// <summary>The words that stand in it, each once, as soon as it is found.</summary>
    public static IEnumerable<string> Find(FileStream file, IEnumerable<string> words)
    {
        var left = words.Select(static word => (Word: word, Bytes: Encoding.ASCII.GetBytes(word))).ToList();
        // A word may lie across two blocks: the last bytes of one come again before the next.
        var overlap = left.Max(static pattern => pattern.Bytes.Length) - 1;
        var block = new byte[overlap + BlockBytes];
        var kept = 0;
        file.Position = 0;
        for (long searched = 0; left.Count > 0 && searched < SearchedBytes && file.Read(block, kept, BlockBytes) is > 0 and var read; searched += read)
        {
            var length = kept + read;
            var found = left.FindAll(pattern => block.AsSpan(0, length).IndexOf(pattern.Bytes) >= 0);
            foreach (var pattern in found)
            {
                left.Remove(pattern);
                yield return pattern.Word;
            }

            kept = Math.Min(overlap, length);
            block.AsSpan(length - kept, kept).CopyTo(block);
        }
    }
}
