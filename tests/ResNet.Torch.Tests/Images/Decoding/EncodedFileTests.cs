using ResNet.Torch.Images;

namespace ResNet.Torch.Tests.Images;

[TestClass]
public class EncodedFileTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(65536)]
    public void Read_StreamThatComesInPieces_GivesAllOfIt(int pieces)
    {
        var content = new byte[300_000];
        new Random(3).NextBytes(content);
        ImageFixture.Find("baseline.jpg").File.CopyTo(content, 0);
        using var stream = new Trickle(content, pieces);

        using var file = EncodedFile.Read(stream, "stream");

        CollectionAssert.AreEqual(content, file.Image.Bytes.ToArray());
    }

    [TestMethod]
    public void Read_StreamThatStandsBehindSomething_BeginsThere()
    {
        var image = ImageFixture.Find("rgb.png");
        using var stream = new MemoryStream([1, 2, 3, .. image.File]) { Position = 3 };
        var target = new byte[image.Rgb.Length];

        new ImageReader(ImagePreset.ImageNet(image.Height, image.Width)).Read(stream, target);

        CollectionAssert.AreEqual(image.Rgb, target);
        Assert.IsTrue(stream.CanRead);
    }

    [TestMethod]
    public void Read_EndlessStreamThatIsNoImage_IsNotReadOn()
    {
        using var stream = new Trickle([], 4096) { IsEndless = true };

        Assert.ThrowsExactly<ImageDecodingException>(() => EncodedFile.Read(stream, "endless"));

        Assert.IsLessThanOrEqualTo(1 << 16, stream.Given);
    }

    [TestMethod]
    public void Read_StreamThatFails_NamesItAndKeepsTheCause()
    {
        using var stream = new Trickle(ImageFixture.Find("rgb.png").File, 50) { FailsAfter = 100 };

        var error = Assert.ThrowsExactly<ImageDecodingException>(() => EncodedFile.Read(stream, "camera 2"));

        Assert.AreEqual("camera 2: cannot be read (the line is cut).", error.Message);
        Assert.IsInstanceOfType<IOException>(error.InnerException);
    }

    /// <summary>Gives a few bytes at a time, as a network does.</summary>
    sealed class Trickle(byte[] content, int piece) : Stream
    {
        public long Given { get; private set; }

        public bool IsEndless { get; init; }

        public int FailsAfter { get; init; } = int.MaxValue;

        public override int Read(Span<byte> buffer)
        {
            if (Given >= FailsAfter)
                throw new IOException("the line is cut");
            var count = (int)Math.Min(Math.Min(piece, buffer.Length), IsEndless ? long.MaxValue : content.Length - Given);
            if (IsEndless)
                buffer[..count].Clear();
            else
                content.AsSpan((int)Given, count).CopyTo(buffer);
            Given += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
