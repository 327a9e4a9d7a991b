using System.Text;
using DesktopGrid.VmSandbox.Imports.Archives;

namespace DesktopGrid.VmSandbox.Tests.Imports.Archives;

public sealed class TarHeaderTests
{
    private readonly byte[] _block = new TarBytes().Entry('0', "name", new byte[5], mode: 0b111_101_101).Cut()[..512];

    [TestCase("00000000017 ", 15)]
    [TestCase("           7", 7)]
    [TestCase("777777777777", 68_719_476_735)]
    [TestCase("", 0)]
    [TestCase("\u0080\0\0\0\0\0\0\u0001\0\0\0\0", 1L << 32)]
    [TestCase("\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", long.MaxValue)]
    public void A_number_of_either_form_is_read(string field, long size) => Sized(field)!.Size.Should().Be(size);

    [TestCase("0000000008 ")]
    [TestCase("-1")]
    [TestCase("12x4")]
    [TestCase("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [TestCase("\u0080\0\0\0\u0080\0\0\0\0\0\0\0")]
    [TestCase("\u0080\0\0\u0001\0\0\0\0\0\0\0\0")]
    public void What_is_no_number_makes_no_header(string field) => Sized(field).Should().BeNull();

    /// <summary>A field of eight bytes that says that it is a number in bytes: found by the fuzzer.</summary>
    [Test]
    public void A_short_field_may_be_of_the_longer_form_too()
    {
        Encoding.Latin1.GetBytes("\u0080\0\0\0\0\0\u0001\u00ed").CopyTo(_block, 100);

        Summed()!.Mode.Should().Be(0b111_101_101);
    }

    [Test]
    public void A_time_before_1970_is_that_year()
    {
        _block.AsSpan(136, 12).Fill(0xFF);

        Summed()!.Time.Should().Be(0);
    }

    [Test]
    public void A_wrong_sum_makes_no_header()
    {
        _block[0]++;

        TarHeader.Parse(_block).Should().BeNull();
    }

    [Test]
    public void A_sum_of_bytes_that_are_signed_is_one_too()
    {
        _block[0] = 0xE4;
        _block.AsSpan(148, 8).Fill((byte)' ');
        Sum(_block.Sum(static value => (sbyte)value));

        TarHeader.Parse(_block).Should().NotBeNull();
    }

    [Test]
    public void A_long_name_of_the_form_of_1988_has_two_parts()
    {
        Encoding.ASCII.GetBytes("above/the").CopyTo(_block, 345);

        Encoding.ASCII.GetString(Summed()!.Name).Should().Be("above/the/name");
    }

    private TarHeader? Sized(string field)
    {
        _block.AsSpan(124, 12).Clear();
        Encoding.Latin1.GetBytes(field).CopyTo(_block, 124);
        return Summed();
    }

    private TarHeader? Summed()
    {
        _block.AsSpan(148, 8).Fill((byte)' ');
        Sum(_block.Sum(static value => value));
        return TarHeader.Parse(_block);
    }

    private void Sum(int sum) => Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(_block, 148);
}
