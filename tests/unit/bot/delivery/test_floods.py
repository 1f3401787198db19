from bot.delivery.floods import Floods


def test_one_chat_refused_again_and_again_is_that_chats_matter():
    floods = Floods()
    assert [floods.note(1, 30, now) for now in (0.0, 0.1, 0.2, 0.3)] == [None] * 4


def test_several_chats_refused_at_once_mean_the_bot_for_the_shortest_time_told():
    floods = Floods()
    assert floods.note(1, 30, 0.0) is None
    assert floods.note(2, 12, 0.5) is None
    assert floods.note(3, 40, 1.0) == 12


def test_chats_refused_one_after_the_other_are_a_coincidence():
    floods = Floods()
    assert [floods.note(chat, 30, chat * 3.0) for chat in range(5)] == [None] * 5
