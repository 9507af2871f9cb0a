using ResNet.Torch.Runtime;
using static TorchSharp.torch;

namespace ResNet.Torch.Tests.Runtime;

[TestClass]
public class IntraOpThreadsTests
{
    static int OnThread(Func<int> work)
    {
        var result = 0;
        var thread = new Thread(() => result = work());
        thread.Start();
        thread.Join();
        return result;
    }

    [TestMethod]
    public void TryUseOne_ChangesTheCallingThreadAlone()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(3);

            var ofThread = OnThread(() =>
            {
                Assert.AreEqual(3, get_num_threads());
                Assert.IsTrue(IntraOpThreads.TryUseOne());
                using var scope = NewDisposeScope();
                _ = nn.functional.conv2d(ones(2, 8, 64, 64), ones(8, 8, 3, 3)).sum().item<float>(); // libtorch's first use of a thread sets its number
                return get_num_threads();
            });

            Assert.AreEqual(1, ofThread);
            Assert.AreEqual(3, get_num_threads());
            Assert.AreEqual(3, OnThread(() => get_num_threads()));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [TestMethod]
    public void CanBeOne_WhereLibtorchUsesOpenMP_IsTrue() => Assert.IsTrue(IntraOpThreads.CanBeOne);
}
