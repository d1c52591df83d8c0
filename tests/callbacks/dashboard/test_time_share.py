from keras_stable.callbacks.dashboard.time_share import TimeShare


def test_work_keeps_to_its_share_of_the_time():
    now = [0.0]
    share = TimeShare(0.01, expected=0.5, clock=lambda: now[0])
    share.start()
    times = []
    for second in range(0, 1000, 10):
        now[0] = max(now[0], float(second))
        if share.allows():
            times.append(second)
            with share.spent():
                now[0] += 1.0
    assert times[0] == 50
    assert 9 <= len(times) <= 10
    assert all(count + 1 <= 0.01 * second for count, second in enumerate(times[1:], start=1))


def test_it_starts_anew():
    now = [0.0]
    share = TimeShare(0.5, clock=lambda: now[0])
    share.start()
    with share.spent():
        now[0] += 10
    assert not share.allows()
    share.start()
    assert share.allows()
